//! Sessions and their tokens in the database.
//!
//! An exchange is one batch: a refresh token is used, unless it was before, and then nothing of the batch happens; its
//! successor exists only if it was this call that used it; the access token exists only if the successor does. So of
//! calls with one token, at once or one after the other, the first has new tokens, and any other ends the session.

use insula_domain::role::Role;
use insula_kit::id::{SessionId, TenantId, UserId};
use insula_kit::params;
use insula_kit::sql::{self, Row, Statement};
use insula_kit::time::Timestamp;

pub use super::read_place;
use crate::error::Error;
use crate::token::Access;

const LOCK_MEMBERSHIP: &str = include_str!("../../sql/membership_lock.sql");
const ADMIT: &str = include_str!("../../sql/membership_admit.sql");
const INSERT: &str = include_str!("../../sql/session_insert.sql");
const END_OLDEST: &str = include_str!("../../sql/session_end_oldest.sql");
const INSERT_REFRESH: &str = include_str!("../../sql/refresh_token_insert.sql");
const INSERT_SUCCESSOR: &str = include_str!("../../sql/refresh_token_insert_successor.sql");
const INSERT_ACCESS: &str = include_str!("../../sql/access_token_insert.sql");
const INSERT_ACCESS_BY_SESSION: &str = include_str!("../../sql/access_token_insert_by_session.sql");
const GET_BY_REFRESH: &str = include_str!("../../sql/refresh_token_get.sql");
const USE_REFRESH: &str = include_str!("../../sql/refresh_token_use.sql");
const END_REUSED: &str = include_str!("../../sql/session_end_reused.sql");
const END_FORGOTTEN: &str = include_str!("../../sql/session_end_forgotten.sql");
const FORGET_USED: &str = include_str!("../../sql/refresh_token_delete_used.sql");
const PROLONG: &str = include_str!("../../sql/session_prolong.sql");
const SET_TENANT: &str = include_str!("../../sql/session_set_tenant.sql");
const END: &str = include_str!("../../sql/session_end.sql");
const END_BY_USER: &str = include_str!("../../sql/session_end_by_user.sql");
const GET_MEMBERSHIP: &str = include_str!("../../sql/membership_get.sql");

/// How many sessions of a person go on at once; a login beyond ends the one that was not refreshed for the longest.
const MOST: i64 = 50;

/// How many exchanged tokens of a session are kept. An older one is known as such by its text; so is a younger one, and what
/// is stored of it tells of calls at once which was first.
const USED: i64 = 100;

/// Whose session a token is of.
pub struct Found {
    pub session_id: SessionId,
    pub user_id: UserId,
    pub membership: Option<(TenantId, Role)>,
    /// Whether the token was exchanged before.
    pub is_used: bool,
}

/// A refresh token, as it is stored.
pub struct Refresh {
    pub digest: String,
    pub expires_at: Timestamp,
}

/// Sees that what a token will say of its tenant is so, and stays so until the batch has ended: the person is what it
/// says there, and has the second factor that the tenant demands. The tenant is active too, so that whoever verifies
/// tokens by the published keys alone is shown none that is younger than a suspension. Nothing for a token that acts in no
/// tenant.
///
/// It comes before the tokens. Whatever makes it untrue locks the membership too: a demand, all of the tenant's before it
/// removes tokens; the removal of a second factor, all of the person's. So either they see the token, or it sees them.
pub fn admit(user_id: UserId, place: Option<(TenantId, Role)>) -> Vec<Statement> {
    let Some((tenant_id, role)) = place else { return Vec::new() };
    vec![
        Statement::required(LOCK_MEMBERSHIP, params![tenant_id, user_id, role.as_str()]),
        Statement::required(ADMIT, params![tenant_id, user_id]),
    ]
}

/// Stores a session with its first two tokens, and ends the sessions beyond the most that a person may have. The person
/// has to be locked, or two logins at once would each not see the other's.
pub fn insert(access: &Access, access_digest: &str, refresh: &Refresh) -> Vec<Statement> {
    let tenant_id = access.tenant_id();
    let session = params![access.session_id, access.user_id, tenant_id, access.issued_at, refresh.expires_at];
    vec![
        Statement::required(INSERT, session),
        Statement::required(INSERT_REFRESH, params![&refresh.digest, access.session_id, refresh.expires_at]),
        insert_access(access, access_digest, &refresh.digest),
        Statement::new(END_OLDEST, params![access.issued_at, access.user_id, access.session_id, MOST - 1]),
    ]
}

/// Exchanges a refresh token for the next two. Refused when it was exchanged before: then [`end_reused`] is next.
pub fn exchange(used: &str, access: &Access, access_digest: &str, next: &Refresh) -> Vec<Statement> {
    vec![
        Statement::new(USE_REFRESH, params![&next.digest, used]),
        Statement::required(INSERT_SUCCESSOR, params![&next.digest, next.expires_at, used]),
        insert_access(access, access_digest, &next.digest),
        Statement::new(PROLONG, params![next.expires_at, &next.digest]),
        Statement::new(FORGET_USED, params![access.session_id, USED]),
    ]
}

/// Ends the session of a token that was exchanged before, for another than this successor; no row: it has ended.
pub fn end_reused(used: &str, next: &str, now: Timestamp) -> Statement {
    Statement::new(END_REUSED, params![now, used, next])
}

/// Ends the session that a token was made for of which nothing is stored any more; no row: it is over, or the token is
/// there.
pub fn end_forgotten(used: &str, session_id: SessionId, now: Timestamp) -> Statement {
    Statement::new(END_FORGOTTEN, params![now, session_id, used])
}

fn insert_access(access: &Access, digest: &str, refresh_digest: &str) -> Statement {
    let tenant_id = access.tenant_id();
    Statement::new(INSERT_ACCESS, params![digest, tenant_id, access.expires_at, refresh_digest])
}

/// Stores another access token, and that the session's next ones act in its tenant too. Refused when it has ended.
pub fn switch(access: &Access, access_digest: &str) -> Vec<Statement> {
    let tenant_id = access.tenant_id();
    let token = params![access_digest, tenant_id, access.expires_at, access.session_id];
    vec![
        Statement::required(INSERT_ACCESS_BY_SESSION, token),
        Statement::required(SET_TENANT, params![tenant_id, access.session_id]),
    ]
}

/// Whose session a refresh token is of; the row is for [`read`].
pub fn get(digest: &str, now: Timestamp) -> Statement {
    Statement::new(GET_BY_REFRESH, params![digest, now])
}

/// What the person of a session is in a tenant; the row is for [`read_place`] and [`read_end`].
pub fn get_membership(session_id: SessionId, user_id: UserId, tenant_id: TenantId) -> Statement {
    Statement::new(GET_MEMBERSHIP, params![session_id, user_id, tenant_id])
}

/// Ends a session.
pub fn end(session_id: SessionId, now: Timestamp) -> Statement {
    Statement::new(END, params![now, session_id])
}

/// Ends all sessions of a person.
pub fn end_all(user_id: UserId, now: Timestamp) -> Statement {
    Statement::new(END_BY_USER, params![now, user_id])
}

/// Reads whose session it is.
pub fn read(row: &Row) -> Result<Found, sql::Error> {
    let (session_id, user_id) = (row.id("session_id")?, row.id("user_id")?);
    Ok(Found { session_id, user_id, membership: read_place(row)?, is_used: row.integer("is_used")? == 1 })
}

/// Why no token may act in the tenant: it is not active, or demands a second factor that the person lacks.
pub fn read_refusal(row: &Row) -> Result<Option<Error>, sql::Error> {
    if row.integer("is_suspended")? == 1 {
        return Ok(Some(Error::TenantSuspended));
    }
    Ok((row.integer("is_barred")? == 1).then_some(Error::SecondFactorEnrolmentRequired))
}

/// Reads when the session's last access token ends.
pub fn read_end(row: &Row) -> Result<Timestamp, sql::Error> {
    row.time("expires_at_ms")
}
