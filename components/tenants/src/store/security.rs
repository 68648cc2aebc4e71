//! What a tenant demands of its members, in the database.

use insula_kit::id::{TenantId, UserId};
use insula_kit::params;
use insula_kit::sql::{self, Row, Statement};

use crate::security::Security;

const GET: &str = include_str!("../../sql/tenant_get_security.sql");
const LOCK_MEMBERSHIPS: &str = include_str!("../../sql/membership_lock_by_tenant.sql");
const SET: &str = include_str!("../../sql/tenant_set_security.sql");
const DELETE_TOKENS: &str = include_str!("../../sql/access_token_delete_barred.sql");
const LEAVE: &str = include_str!("../../sql/session_leave_barred.sql");

/// What a tenant demands, for [`read`].
pub fn get(tenant_id: TenantId) -> Statement {
    Statement::new(GET, params![tenant_id])
}

/// Sets what a tenant demands; refused if it is not what is expected, or the person doesn't have what it demands. When
/// it demands a second factor, the sessions of those who have none leave the tenant with the same batch. The locks keep
/// others from joining, and members from being given tokens or losing their second factor, until it is done: otherwise a
/// token that is made meanwhile, for somebody who had to have none, would be overlooked.
pub fn set(tenant_id: TenantId, expected: Security, next: Security, user_id: UserId) -> Vec<Statement> {
    let values = params![next.second_factor_required, tenant_id, expected.second_factor_required, user_id];
    let mut statements = Vec::new();
    if next.second_factor_required {
        statements.push(insula_turns::of_tenant(tenant_id));
        statements.push(Statement::required(LOCK_MEMBERSHIPS, params![tenant_id]));
    }
    statements.push(Statement::required(SET, values));
    if next.second_factor_required {
        statements.push(Statement::new(LEAVE, params![tenant_id]));
        statements.push(Statement::new(DELETE_TOKENS, params![tenant_id]));
    }
    statements
}

/// Reads what a tenant demands.
pub fn read(row: &Row) -> Result<Security, sql::Error> {
    Ok(Security { second_factor_required: row.integer("second_factor_required")? == 1 })
}
