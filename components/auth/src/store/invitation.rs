//! Invitations in the database, as far as they are accepted.

use insula_domain::role::Role;
use insula_kit::id::{InvitationId, TenantId, UserId};
use insula_kit::params;
use insula_kit::sql::{self, Row, Statement};
use insula_kit::time::Timestamp;

use crate::email::Email;
use crate::error::Error;

const GET: &str = include_str!("../../sql/invitation_get.sql");
const USE: &str = include_str!("../../sql/invitation_use.sql");
const INSERT_MEMBER: &str = include_str!("../../sql/membership_insert.sql");
const VERIFY: &str = include_str!("../../sql/user_account_verify.sql");

/// An invitation, and the tenant that it leads to.
pub struct Invited {
    pub id: InvitationId,
    pub email: Email,
    pub role: Role,
    pub tenant_id: TenantId,
    pub tenant_name: String,
    pub plan: String,
    pub state: String,
    pub tenant_created_at: Timestamp,
}

/// An invitation that can be accepted; the row is for [`read`].
pub fn get(digest: &str, now: Timestamp) -> Statement {
    Statement::new(GET, params![digest, now])
}

/// Lets a person join by an invitation, which proves its address. [`refusal`] says why it was refused.
///
/// Whoever joins one tenant does so one after another: without the lock, two at once would both take the last seat.
pub fn accept(invited: &Invited, digest: &str, user_id: UserId, now: Timestamp) -> Vec<Statement> {
    let tenant_id = invited.tenant_id;
    let member = params![tenant_id, user_id, invited.role.as_str(), now];
    vec![
        insula_turns::of_tenant(tenant_id),
        Statement::required(USE, params![invited.id, digest]),
        insula_turns::seat(tenant_id),
        Statement::required(INSERT_MEMBER, member),
        Statement::required(VERIFY, params![now, user_id]),
    ]
}

/// Why [`accept`] was refused at that place; none for a place that is refused to nobody.
pub const fn refusal(at: usize) -> Option<Error> {
    match at {
        0 | 1 => Some(Error::InvalidToken),
        2 => Some(Error::MemberLimit),
        3 => Some(Error::AlreadyMember),
        _ => None,
    }
}

/// Reads an invitation.
pub fn read(row: &Row) -> Result<Invited, sql::Error> {
    Ok(Invited {
        id: row.id("id")?,
        email: Email::stored(row.text("email")?),
        role: row.word("role", Role::parse)?,
        tenant_id: row.id("tenant_id")?,
        tenant_name: row.text("name")?,
        plan: row.text("plan")?,
        state: row.text("state")?,
        tenant_created_at: row.time("created_at_ms")?,
    })
}
