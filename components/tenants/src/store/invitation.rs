//! The invitations of a tenant in the database. Every statement binds the tenant.

use insula_domain::role::Role;
use insula_kit::id::{InvitationId, TenantId};
use insula_kit::page::Ask;
use insula_kit::params;
use insula_kit::sql::{self, Row, Statement};
use insula_kit::time::Timestamp;
use insula_mail::email::Email;
use insula_mail::letter::Template;

use crate::error::Error;
use crate::invitation::{DAILY_LIMIT, DAY_MS, Invitation, may_invite};

const MISS_MEMBER: &str = include_str!("../../sql/membership_miss_by_email.sql");
const MISS_OWNER: &str = include_str!("../../sql/invitation_miss_by_owner.sql");
const BOUND: &str = include_str!("../../sql/mail_bound_by_subject.sql");
const DELETE_BY_EMAIL: &str = include_str!("../../sql/invitation_delete_by_email.sql");
const INSERT: &str = include_str!("../../sql/invitation_insert.sql");
const LIST: &str = include_str!("../../sql/invitation_list.sql");
const GET: &str = include_str!("../../sql/invitation_get.sql");
const DELETE: &str = include_str!("../../sql/invitation_delete.sql");

/// Stores an invitation in place of the address's earlier one. [`refusal`] says why it was refused, by the place of the
/// statement that was. What is asked first is still so when the row is stored, because of the lock.
pub fn insert(tenant_id: TenantId, invitation: &Invitation, digest: &str, actor: Role) -> Vec<Statement> {
    let Invitation { id, email, role, invited_by, created_at, expires_at } = invitation;
    let address = params![tenant_id, email.as_str()];
    let since = created_at.plus_ms(-DAY_MS);
    let template = Template::Invitation.as_str();
    let row =
        params![*id, tenant_id, email.as_str(), role.as_str(), *invited_by, digest, *created_at, *expires_at];
    let owners = Statement {
        required: !may_invite(actor, Role::Owner),
        ..Statement::new(MISS_OWNER, address.clone())
    };
    vec![
        insula_turns::of_tenant(tenant_id),
        Statement::required(MISS_MEMBER, address.clone()),
        owners,
        insula_turns::seat(tenant_id),
        Statement::required(BOUND, params![tenant_id, template, since, DAILY_LIMIT]),
        Statement::new(DELETE_BY_EMAIL, address),
        Statement::required(INSERT, row),
    ]
}

/// Why [`insert`] was refused at that place; none for a place that is refused to nobody.
pub const fn refusal(at: usize) -> Option<Error> {
    match at {
        1 => Some(Error::AlreadyMember),
        2 => Some(Error::OwnersOnly),
        3 => Some(Error::MemberLimit),
        4 => Some(Error::InvitationLimit),
        _ => None,
    }
}

/// The invitations that can be accepted; the rows are for [`read`].
pub fn list(tenant_id: TenantId, now: Timestamp, ask: &Ask) -> Statement {
    Statement::new(LIST, params![tenant_id, now, &ask.after, ask.rows()])
}

/// One invitation; its row is for [`read`].
pub fn get(tenant_id: TenantId, id: InvitationId) -> Statement {
    Statement::new(GET, params![tenant_id, id])
}

/// Withdraws an invitation; no row back means that it is gone.
pub fn delete(tenant_id: TenantId, id: InvitationId) -> Statement {
    Statement::new(DELETE, params![tenant_id, id])
}

/// Reads an invitation.
pub fn read(row: &Row) -> Result<Invitation, sql::Error> {
    Ok(Invitation {
        id: row.id("id")?,
        email: Email::stored(row.text("email")?),
        role: row.word("role", Role::parse)?,
        invited_by: row.id("invited_by")?,
        created_at: row.time("created_at_ms")?,
        expires_at: row.time("expires_at_ms")?,
    })
}
