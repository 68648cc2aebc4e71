//! Sessions in which the operator acts as a person, in the database.

use insula_kit::id::{SessionId, TenantId};
use insula_kit::page::Ask;
use insula_kit::params;
use insula_kit::sql::{self, Row, Statement};
use insula_kit::time::Timestamp;

use crate::impersonation::Impersonation;
use crate::token::Access;

const LOCK_MEMBERSHIP: &str = include_str!("../../sql/membership_lock.sql");
const GET_TENANT: &str = include_str!("../../sql/tenant_get_id.sql");
const INSERT: &str = include_str!("../../sql/session_insert_impersonated.sql");
const INSERT_ACCESS: &str = include_str!("../../sql/access_token_insert_by_session.sql");
const LIST: &str = include_str!("../../sql/session_list_impersonated.sql");
const END: &str = include_str!("../../sql/session_end_impersonated.sql");

/// Sees that what the token will say of its tenant is so, and stays so until the batch has ended.
pub fn hold(access: &Access) -> Vec<Statement> {
    let (tenant_id, role) = access.membership.unzip();
    let lock = params![tenant_id, access.user_id, role.map(|role| role.as_str().to_owned())];
    vec![
        Statement::required(LOCK_MEMBERSHIP, lock),
        Statement::required(super::GET_ACTIVE, params![tenant_id]),
    ]
}

/// Stores a session that ends with its one token, and has no refresh token.
pub fn insert(access: &Access, digest: &str) -> Vec<Statement> {
    let tenant_id = access.tenant_id();
    let session = params![access.session_id, access.user_id, tenant_id, access.issued_at, access.expires_at];
    let token = params![digest, tenant_id, access.expires_at, access.session_id];
    vec![Statement::required(INSERT, session), Statement::required(INSERT_ACCESS, token)]
}

/// Whether there is such a tenant.
pub fn get_tenant(tenant_id: TenantId) -> Statement {
    Statement::new(GET_TENANT, params![tenant_id])
}

/// Those of a tenant that go on, for [`read`].
pub fn list(tenant_id: TenantId, now: Timestamp, ask: &Ask) -> Statement {
    Statement::new(LIST, params![tenant_id, now, &ask.after, ask.rows()])
}

/// Ends one; no row back means that there is none that goes on.
pub fn end(tenant_id: TenantId, session_id: SessionId, now: Timestamp) -> Statement {
    Statement::new(END, params![now, session_id, tenant_id])
}

/// Reads one.
pub fn read(row: &Row) -> Result<Impersonation, sql::Error> {
    Ok(Impersonation {
        session_id: row.id("id")?,
        user_id: row.id("user_id")?,
        started_at: row.time("created_at_ms")?,
        expires_at: row.time("expires_at_ms")?,
    })
}
