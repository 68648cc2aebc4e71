//! The members of a tenant in the database. Every statement binds the tenant.

use insula_domain::role::Role;
use insula_kit::id::{TenantId, UserId};
use insula_kit::page::Ask;
use insula_kit::params;
use insula_kit::sql::{self, Row, Statement};

use crate::member::Member;

const LIST: &str = include_str!("../../sql/member_list.sql");
const GET: &str = include_str!("../../sql/member_get.sql");
const SET_ROLE: &str = include_str!("../../sql/member_set_role.sql");
const DELETE: &str = include_str!("../../sql/member_delete.sql");

/// The members of a tenant; the rows are for [`read`].
pub fn list(tenant_id: TenantId, ask: &Ask) -> Statement {
    Statement::new(LIST, params![tenant_id, &ask.after, ask.rows()])
}

/// One member; its row is for [`read`].
pub fn get(tenant_id: TenantId, user_id: UserId) -> Statement {
    Statement::new(GET, params![tenant_id, user_id])
}

/// Changes what a member is. Refused when it isn't `before` any more, or is the only owner.
///
/// Changes in one tenant are made one after another: without the lock, two that run at once would each see the other's
/// owner.
pub fn set_role(tenant_id: TenantId, user_id: UserId, before: Role, after: Role) -> Vec<Statement> {
    let values = params![after.as_str(), tenant_id, user_id, before.as_str()];
    vec![insula_turns::of_tenant(tenant_id), Statement::required(SET_ROLE, values)]
}

/// Removes a member. Refused as in [`set_role`].
pub fn delete(tenant_id: TenantId, user_id: UserId, before: Role) -> Vec<Statement> {
    vec![
        insula_turns::of_tenant(tenant_id),
        Statement::required(DELETE, params![tenant_id, user_id, before.as_str()]),
    ]
}

/// Reads a member.
pub fn read(row: &Row) -> Result<Member, sql::Error> {
    Ok(Member {
        user_id: row.id("user_id")?,
        email: row.text("email")?,
        name: row.optional_text("name")?,
        role: row.word("role", Role::parse)?,
        joined_at: row.time("created_at_ms")?,
    })
}
