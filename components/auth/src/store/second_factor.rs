//! Second factors and recovery codes in the database.

use insula_kit::id::{SessionId, UserId};
use insula_kit::params;
use insula_kit::sql::{self, Row, Statement};
use insula_kit::time::Timestamp;
use insula_kit::wrap::Wrapped;

const MISS: &str = include_str!("../../sql/second_factor_miss.sql");
const END_OTHERS: &str = include_str!("../../sql/session_end_others.sql");
const GET: &str = include_str!("../../sql/second_factor_get.sql");
const GET_STATE: &str = include_str!("../../sql/second_factor_get_state.sql");
const INSERT: &str = include_str!("../../sql/second_factor_insert.sql");
const CONFIRM: &str = include_str!("../../sql/second_factor_confirm.sql");
const USE: &str = include_str!("../../sql/second_factor_use.sql");
const DELETE: &str = include_str!("../../sql/second_factor_delete.sql");
const INSERT_CODE: &str = include_str!("../../sql/recovery_code_insert.sql");
const USE_CODE: &str = include_str!("../../sql/recovery_code_use.sql");
const DELETE_CODES: &str = include_str!("../../sql/recovery_code_delete_by_user.sql");
const LOCK_MEMBERSHIPS: &str = include_str!("../../sql/membership_lock_by_user.sql");
const DELETE_TOKENS: &str = include_str!("../../sql/access_token_delete_barred.sql");
const LEAVE: &str = include_str!("../../sql/session_leave_barred.sql");

/// A second factor as it is kept: the secret wrapped.
#[derive(Clone)]
pub struct Factor {
    pub secret: Wrapped,
    pub last_step: i64,
}

/// How far a person is with a second factor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// Whether there is a secret at all.
    pub is_begun: bool,
    /// Whether it counts.
    pub is_confirmed: bool,
    /// How many recovery codes are left.
    pub recovery_codes: i64,
}

/// A person's factor, for [`read`] and [`is_confirmed`].
pub fn get(user_id: UserId) -> Statement {
    Statement::new(GET, params![user_id])
}

/// How far a person is, for [`read_state`].
pub fn get_state(user_id: UserId) -> Statement {
    Statement::new(GET_STATE, params![user_id])
}

/// Keeps a secret that is to be confirmed; refused if another one counts.
pub fn insert(user_id: UserId, secret: &Wrapped, now: Timestamp) -> Statement {
    Statement::required(INSERT, params![user_id, &secret.sealed, &secret.by, now])
}

/// Makes a secret count, with these recovery codes, and ends all sessions but the one that has shown it: they were made
/// without. Refused if it is another secret by now. The person is locked, so that a login beside it is seen.
pub fn confirm(
    (user_id, session_id): (UserId, SessionId),
    secret: &str,
    step: i64,
    codes: &[String],
    now: Timestamp,
) -> Vec<Statement> {
    let mut statements = vec![
        insula_turns::of_person(user_id),
        Statement::required(CONFIRM, params![now, step, user_id, secret]),
        Statement::new(END_OTHERS, params![now, user_id, session_id]),
    ];
    statements.extend(replace_codes(user_id, codes));
    statements
}

/// Sees that a person has no second factor that counts; refused if it has one by now.
pub fn miss(user_id: UserId) -> Statement {
    Statement::required(MISS, params![user_id])
}

/// Takes a code of a step; refused if it was taken before.
pub fn use_step(user_id: UserId, step: i64) -> Statement {
    Statement::required(USE, params![step, user_id])
}

/// Takes a recovery code; refused if there is no such one.
pub fn use_code(user_id: UserId, digest: &str) -> Statement {
    Statement::required(USE_CODE, params![user_id, digest])
}

/// Replaces the recovery codes.
pub fn replace_codes(user_id: UserId, codes: &[String]) -> Vec<Statement> {
    let insert = |digest| Statement::required(INSERT_CODE, params![user_id, digest]);
    let delete = Statement::new(DELETE_CODES, params![user_id]);
    std::iter::once(delete).chain(codes.iter().map(insert)).collect()
}

/// Removes a factor, and with it the person's place in tenants that demand one: the sessions go on, in no tenant.
/// The memberships are locked, so that no tenant begins to demand it in between, and no token is made meanwhile.
pub fn delete(user_id: UserId) -> Vec<Statement> {
    let all = [LOCK_MEMBERSHIPS, DELETE_CODES, DELETE, LEAVE, DELETE_TOKENS];
    all.into_iter().map(|text| Statement::new(text, params![user_id])).collect()
}

/// Reads a factor, if the row has one.
pub fn read(row: &Row) -> Result<Option<Factor>, sql::Error> {
    match row.optional_text("secret")? {
        None => Ok(None),
        Some(sealed) => {
            let secret = Wrapped { sealed, by: row.text("wrapped_by")? };
            Ok(Some(Factor { secret, last_step: row.integer("last_step")? }))
        }
    }
}

/// Whether the factor of a row of [`get`] counts.
pub fn is_confirmed(row: &Row) -> Result<bool, sql::Error> {
    Ok(row.optional_time("confirmed_at_ms")?.is_some())
}

/// Reads how far a person is.
pub fn read_state(rows: &[Row]) -> Result<State, sql::Error> {
    let Some(row) = rows.first() else { return Ok(State::default()) };
    let is_confirmed = row.integer("is_confirmed")? == 1;
    Ok(State { is_begun: true, is_confirmed, recovery_codes: row.integer("codes")? })
}
