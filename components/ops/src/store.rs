//! What is kept for a time only, in the database.

pub mod bucket;
pub mod database;
pub mod ending;
pub mod mail;

use insula_kit::params;
use insula_kit::sql::{self, Db, Scope, Statement};
use insula_kit::time::Timestamp;

const PURGE_IDEMPOTENCY: &str = include_str!("../sql/idempotency_purge.sql");
const PURGE_ACCESS_TOKENS: &str = include_str!("../sql/access_token_purge.sql");
const PURGE_REFRESH_TOKENS: &str = include_str!("../sql/refresh_token_purge.sql");
const PURGE_ACCOUNT_TOKENS: &str = include_str!("../sql/account_token_purge.sql");
const PURGE_EARLIER_ACCOUNT_TOKENS: &str = include_str!("../sql/earlier_account_token_purge.sql");
const PURGE_INVITATIONS: &str = include_str!("../sql/invitation_purge.sql");
const PURGE_MAIL: &str = include_str!("../sql/mail_purge.sql");
const PURGE_MAILBOX: &str = include_str!("../sql/mailbox_purge.sql");
const PURGE_SESSIONS: &str = include_str!("../sql/session_purge.sql");
const PURGE_GUESSES: &str = include_str!("../sql/guess_purge.sql");
const PURGE_KEYS: &str = include_str!("../sql/api_key_purge.sql");
const PURGE_AUDIT_PAUSES: &str = include_str!("../sql/audit_pause_purge.sql");
const PURGE_KNOWN_NETWORKS: &str = include_str!("../sql/known_network_purge.sql");

/// The most rows that one statement deletes. The statements say the same number.
pub const CHUNK: usize = 1_000;
const DAY_MS: i64 = 86_400_000;

/// Deletes a chunk of the stored answers that are kept no longer. Returns how many there were.
pub async fn purge_idempotency(db: &Db, now: Timestamp) -> Result<usize, sql::Error> {
    purge(db, PURGE_IDEMPOTENCY, now).await
}

/// Deletes a chunk of the access tokens that are over. Returns how many there were.
pub async fn purge_access_tokens(db: &Db, now: Timestamp) -> Result<usize, sql::Error> {
    purge(db, PURGE_ACCESS_TOKENS, now).await
}

/// Deletes a chunk of the refresh tokens of sessions that are over. Returns how many there were.
pub async fn purge_refresh_tokens(db: &Db, now: Timestamp) -> Result<usize, sql::Error> {
    purge(db, PURGE_REFRESH_TOKENS, now).await
}

/// Deletes a chunk of the sessions that are over. Returns how many there were.
pub async fn purge_sessions(db: &Db, now: Timestamp) -> Result<usize, sql::Error> {
    purge(db, PURGE_SESSIONS, now).await
}

/// Deletes a chunk of the attempts that are forgotten. Returns how many subjects there were.
pub async fn purge_guesses(db: &Db, now: Timestamp) -> Result<usize, sql::Error> {
    purge(db, PURGE_GUESSES, now).await
}

/// Deletes a chunk of the networks that nobody has logged in from for long. Returns how many there were.
pub async fn purge_known_networks(db: &Db, now: Timestamp) -> Result<usize, sql::Error> {
    purge(db, PURGE_KNOWN_NETWORKS, now).await
}

/// Deletes a chunk of the pauses of the audit log that are over. Returns how many there were.
pub async fn purge_audit_pauses(db: &Db, now: Timestamp) -> Result<usize, sql::Error> {
    purge(db, PURGE_AUDIT_PAUSES, now).await
}

/// Deletes a chunk of the tokens of accounts that are over. Returns how many there were.
pub async fn purge_account_tokens(db: &Db, now: Timestamp) -> Result<usize, sql::Error> {
    purge(db, PURGE_ACCOUNT_TOKENS, now).await
}

/// Deletes a chunk of the earlier tokens of accounts that are over. Returns how many there were.
pub async fn purge_earlier_account_tokens(db: &Db, now: Timestamp) -> Result<usize, sql::Error> {
    purge(db, PURGE_EARLIER_ACCOUNT_TOKENS, now).await
}

/// Deletes a chunk of the invitations that are over. Returns how many there were.
pub async fn purge_invitations(db: &Db, now: Timestamp) -> Result<usize, sql::Error> {
    purge(db, PURGE_INVITATIONS, now).await
}

/// Deletes a chunk of the mails that ended 30 days ago. Returns how many there were.
pub async fn purge_mail(db: &Db, now: Timestamp) -> Result<usize, sql::Error> {
    purge(db, PURGE_MAIL, now.plus_ms(-30 * DAY_MS)).await
}

/// Deletes a chunk of the mailbox, of what came 7 days ago. Returns how many there were.
pub async fn purge_mailbox(db: &Db, now: Timestamp) -> Result<usize, sql::Error> {
    purge(db, PURGE_MAILBOX, now.plus_ms(-7 * DAY_MS)).await
}

/// Deletes a chunk of the keys that ended 90 days ago. Returns how many there were.
pub async fn purge_keys(db: &Db, now: Timestamp) -> Result<usize, sql::Error> {
    purge(db, PURGE_KEYS, now.plus_ms(-90 * DAY_MS)).await
}

async fn purge(db: &Db, text: &'static str, now: Timestamp) -> Result<usize, sql::Error> {
    Ok(db.query(Scope::System, Statement::new(text, params![now])).await?.len())
}
