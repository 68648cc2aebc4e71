//! What is kept for a time only, in the database.

use insula_kit::params;
use insula_kit::sql::{self, Db, Scope, Statement};
use insula_kit::time::Timestamp;

const DAY_MS: i64 = 86_400_000;

/// Rows of one kind that are over at some time, and go then or a while later.
#[derive(Clone, Copy, Debug)]
pub struct Kept {
    /// The name of the task that removes them, on the wire.
    pub task: &'static str,
    statement: &'static str,
    /// How many days they stay after their end.
    days: i64,
}

const fn kept(task: &'static str, statement: &'static str, days: i64) -> Kept {
    Kept { task, statement, days }
}

/// All that is kept for a time only, in the order in which it goes.
pub const KEPT: [Kept; 13] = [
    kept("purge_idempotency", include_str!("../../sql/idempotency_purge.sql"), 0),
    kept("purge_access_tokens", include_str!("../../sql/access_token_purge.sql"), 0),
    kept("purge_refresh_tokens", include_str!("../../sql/refresh_token_purge.sql"), 0),
    kept("purge_sessions", include_str!("../../sql/session_purge.sql"), 0),
    // Not of whom is there right now: who counts an attempt takes several of these rows, and so does this.
    kept("purge_guesses", include_str!("../../sql/guess_purge.sql"), 1),
    kept("purge_known_networks", include_str!("../../sql/known_network_purge.sql"), 0),
    kept("purge_audit_pauses", include_str!("../../sql/audit_pause_purge.sql"), 0),
    kept("purge_account_tokens", include_str!("../../sql/account_token_purge.sql"), 0),
    kept("purge_earlier_account_tokens", include_str!("../../sql/earlier_account_token_purge.sql"), 0),
    kept("purge_invitations", include_str!("../../sql/invitation_purge.sql"), 0),
    kept("purge_mail", include_str!("../../sql/mail_purge.sql"), 30),
    kept("purge_mailbox", include_str!("../../sql/mailbox_purge.sql"), 7),
    kept("purge_api_keys", include_str!("../../sql/api_key_purge.sql"), 90),
];

impl Kept {
    /// Deletes a chunk of those that have been over for long enough. Returns how many there were.
    pub async fn purge(self, db: &Db, now: Timestamp) -> Result<usize, sql::Error> {
        let over = now.plus_ms(-self.days * DAY_MS);
        Ok(db.query(Scope::System, Statement::new(self.statement, params![over])).await?.len())
    }
}
