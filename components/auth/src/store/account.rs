//! Mailed tokens in the database, and what they change.

use insula_kit::id::{KeyId, TenantId, UserId};
use insula_kit::params;
use insula_kit::sql::{self, Row, Rows, Statement};
use insula_kit::time::Timestamp;
use insula_mail::account_token::Fresh;

use super::session;
use crate::email::Email;
use crate::password::PasswordHash;

const INSERT_BY_USER: &str = include_str!("../../sql/account_token_insert_by_user.sql");
const HOLD: &str = include_str!("../../sql/account_token_hold.sql");
const GET: &str = include_str!("../../sql/account_token_get.sql");
const USE: &str = include_str!("../../sql/account_token_use.sql");
const DELETE_BY_USER: &str = include_str!("../../sql/account_token_delete_by_user.sql");
const DELETE_EARLIER: &str = include_str!("../../sql/earlier_account_token_delete_by_user.sql");
const VERIFY: &str = include_str!("../../sql/user_account_verify.sql");
const DELETE_CODES_UNPROVEN: &str = include_str!("../../sql/recovery_code_delete_unproven.sql");
const DELETE_FACTOR_UNPROVEN: &str = include_str!("../../sql/second_factor_delete_unproven.sql");
const REVOKE_KEYS_UNPROVEN: &str = include_str!("../../sql/api_key_revoke_unproven.sql");
const REVOKE_KEY: &str = include_str!("../../sql/api_key_revoke.sql");
const LIST_KEYS_UNPROVEN: &str = include_str!("../../sql/api_key_list_unproven.sql");
const MISS_KEYS_UNPROVEN: &str = include_str!("../../sql/api_key_miss_unproven.sql");
const GET_FACTOR_UNPROVEN: &str = include_str!("../../sql/second_factor_get_unproven.sql");
const RESET: &str = include_str!("../../sql/user_account_reset.sql");

/// The most keys of an account that are told of one by one when they are revoked with it.
const KEYS_TOLD: i64 = 200;

/// Whose a token is.
pub struct Holder {
    pub user_id: UserId,
    pub email: Email,
}

/// Stores a token of a person whose address is unproven.
pub fn insert_by_user(token: &Fresh, user_id: UserId) -> Statement {
    let Fresh { code: _, purpose, digest, created_at, expires_at } = token;
    let before = token.replaces_before();
    Statement::new(INSERT_BY_USER, params![*purpose, digest, *created_at, *expires_at, user_id, before])
}

/// Whose a token is; the row is for [`read`].
pub fn get(digest: &str, purpose: &str, now: Timestamp) -> Statement {
    Statement::new(GET, params![digest, purpose, now])
}

/// Uses a token to prove the address. Refused when it was used or replaced meanwhile.
pub fn verify(digest: &str, user_id: UserId, now: Timestamp) -> Vec<Statement> {
    vec![
        insula_turns::of_person(user_id),
        Statement::required(USE, params![digest, user_id]),
        Statement::required(VERIFY, params![now, user_id]),
    ]
}

/// What somebody may have left in an account before its address was proven, and what would let it in again.
pub struct Left {
    /// Keys that count, with their tenants.
    pub keys: Vec<(TenantId, KeyId)>,
    /// Whether there are more of them than are told of one by one.
    pub more_keys: bool,
    /// Whether there is a second factor.
    pub factor: bool,
}

/// What is left in the account, for [`read_left`].
pub fn get_left(user_id: UserId) -> Vec<Statement> {
    vec![
        Statement::new(LIST_KEYS_UNPROVEN, params![user_id, KEYS_TOLD + 1]),
        Statement::new(GET_FACTOR_UNPROVEN, params![user_id]),
    ]
}

/// Reads what is left in the account.
pub fn read_left(results: &[Rows]) -> Result<Left, sql::Error> {
    let [keys, factors] = results else { return Err(sql::Error::Decode("unproven".to_owned())) };
    let mut keys = keys
        .iter()
        .map(|row| Ok((row.id("tenant_id")?, row.id("id")?)))
        .collect::<Result<Vec<_>, sql::Error>>()?;
    let told = usize::try_from(KEYS_TOLD).unwrap_or_default();
    let more_keys = keys.len() > told;
    keys.truncate(told);
    Ok(Left { keys, more_keys, factor: !factors.is_empty() })
}

/// The place of the statement in [`reset`] that returns no row when the token proves nothing any more. Whatever else is
/// refused isn't what was read of it.
pub const TOKEN: usize = 1;

/// Uses a token to set another password: it proves the address too, and ends all sessions and all other tokens. Refused
/// when it was used or replaced meanwhile. Where the address was never proven before, somebody else may have made the
/// account, so what would let them in again goes too: a second factor, keys; refused when there is more than was read.
pub fn reset(
    digest: &str,
    user_id: UserId,
    password: &PasswordHash,
    left: &Left,
    now: Timestamp,
) -> Vec<Statement> {
    let mut statements = vec![
        insula_turns::of_person(user_id),
        Statement::required(HOLD, params![digest, user_id]),
        Statement::new(DELETE_CODES_UNPROVEN, params![user_id]),
    ];
    let factor = Statement::new(DELETE_FACTOR_UNPROVEN, params![user_id]);
    statements.push(if left.factor { factor.must() } else { factor });
    let revoke = |(tenant_id, id): &(TenantId, KeyId)| {
        Statement::required(REVOKE_KEY, params![now, *tenant_id, *id, user_id])
    };
    statements.extend(left.keys.iter().map(revoke));
    statements.push(if left.more_keys {
        Statement::new(REVOKE_KEYS_UNPROVEN, params![now, user_id])
    } else {
        Statement::required(MISS_KEYS_UNPROVEN, params![user_id])
    });
    statements.extend([
        Statement::required(RESET, params![password.as_str(), now, user_id]),
        session::end_all(user_id, now),
    ]);
    statements.extend(delete_tokens(user_id));
    statements
}

/// Removes all mailed tokens of a person. It has to be locked, or one is mailed meanwhile that keeps another.
pub fn delete_tokens(user_id: UserId) -> [Statement; 2] {
    [DELETE_BY_USER, DELETE_EARLIER].map(|text| Statement::new(text, params![user_id]))
}

/// Reads whose a token is.
pub fn read(row: &Row) -> Result<Holder, sql::Error> {
    Ok(Holder { user_id: row.id("user_id")?, email: Email::stored(row.text("email")?) })
}
