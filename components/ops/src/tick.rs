//! What is due by schedule: a list of tasks, each of which finds its work in the database and is done when it finds none.
//!
//! Many may run the list at once. A row is deleted by one of them, and is counted by that one.

use insula_kit::sql::{self, Db};
use insula_kit::time::Timestamp;

use crate::store::{self, CHUNK};

/// The most statements of one task in one call: with [`CHUNK`], 20,000 rows. It keeps a call after a long pause
/// within the time that a request may take; the rest is due at the next call.
const ROUNDS: usize = 20;

/// A task that is run at every call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Deletes stored answers of creating requests that are kept no longer.
    Idempotency,
    /// Deletes access tokens that are over.
    AccessTokens,
    /// Deletes refresh tokens of sessions that are over.
    RefreshTokens,
    /// Deletes sessions that are over.
    Sessions,
    /// Deletes attempts to guess something that are forgotten.
    Guesses,
    /// Deletes networks that nobody has logged in from for long.
    KnownNetworks,
    /// Deletes pauses of the audit log that are over.
    AuditPauses,
    /// Deletes tokens of accounts that are over.
    AccountTokens,
    /// Deletes earlier tokens of accounts that are over.
    EarlierAccountTokens,
    /// Deletes invitations that are over.
    Invitations,
    /// Deletes mails that ended long ago.
    Mail,
    /// Deletes what has been in the mailbox for long.
    Mailbox,
    /// Deletes keys that ended long ago.
    Keys,
    /// Deletes buckets that are full again.
    Buckets,
}

/// What a task did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ran {
    /// Which one.
    pub task: Task,
    /// How many rows it removed.
    pub removed: usize,
}

impl Task {
    const ALL: [Self; 14] = [
        Self::Idempotency,
        Self::AccessTokens,
        Self::RefreshTokens,
        Self::Sessions,
        Self::Guesses,
        Self::KnownNetworks,
        Self::AuditPauses,
        Self::AccountTokens,
        Self::EarlierAccountTokens,
        Self::Invitations,
        Self::Mail,
        Self::Mailbox,
        Self::Keys,
        Self::Buckets,
    ];

    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Idempotency => "purge_idempotency",
            Self::AccessTokens => "purge_access_tokens",
            Self::RefreshTokens => "purge_refresh_tokens",
            Self::Sessions => "purge_sessions",
            Self::Guesses => "purge_guesses",
            Self::KnownNetworks => "purge_known_networks",
            Self::AuditPauses => "purge_audit_pauses",
            Self::AccountTokens => "purge_account_tokens",
            Self::EarlierAccountTokens => "purge_earlier_account_tokens",
            Self::Invitations => "purge_invitations",
            Self::Mail => "purge_mail",
            Self::Mailbox => "purge_mailbox",
            Self::Keys => "purge_api_keys",
            Self::Buckets => "purge_buckets",
        }
    }

    /// Does a bounded part of it. Returns how many rows that removed, and whether there is more to do.
    async fn part(self, db: &Db, now: Timestamp) -> Result<(usize, bool), sql::Error> {
        let removed = match self {
            Self::Idempotency => store::purge_idempotency(db, now).await,
            Self::AccessTokens => store::purge_access_tokens(db, now).await,
            Self::RefreshTokens => store::purge_refresh_tokens(db, now).await,
            Self::Sessions => store::purge_sessions(db, now).await,
            Self::Guesses => store::purge_guesses(db, now).await,
            Self::KnownNetworks => store::purge_known_networks(db, now).await,
            Self::AuditPauses => store::purge_audit_pauses(db, now).await,
            Self::AccountTokens => store::purge_account_tokens(db, now).await,
            Self::EarlierAccountTokens => store::purge_earlier_account_tokens(db, now).await,
            Self::Invitations => store::purge_invitations(db, now).await,
            Self::Mail => store::purge_mail(db, now).await,
            Self::Mailbox => store::purge_mailbox(db, now).await,
            Self::Keys => store::purge_keys(db, now).await,
            Self::Buckets => {
                let step = store::bucket::purge(db, now).await?;
                return Ok((step.removed, !step.is_last));
            }
        }?;
        Ok((removed, removed >= CHUNK))
    }

    async fn run(self, db: &Db, now: Timestamp) -> Result<Ran, sql::Error> {
        let mut removed = 0;
        for _ in 0..ROUNDS {
            let (part, more) = match self.part(db, now).await {
                Ok(done) => done,
                // Somebody else is at the same rows; what they leave is due at the next call.
                Err(sql::Error::Busy) => break,
                Err(error) => return Err(error),
            };
            removed += part;
            if !more {
                break;
            }
        }
        Ok(Ran { task: self, removed })
    }
}

/// Runs every task.
pub async fn run(db: &Db, now: Timestamp) -> Result<Vec<Ran>, sql::Error> {
    let mut done = Vec::with_capacity(Task::ALL.len());
    for task in Task::ALL {
        done.push(task.run(db, now).await?);
    }
    Ok(done)
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use insula_kit::params;
    use insula_kit::sql::memory::Memory;
    use insula_kit::sql::{Scope, Statement};

    use super::*;

    const NOW: Timestamp = Timestamp::from_ms(1_893_456_000_000);
    const ANSWERS: &str = "insert into idempotency
        with recursive n (i) as (select 1 union all select i + 1 from n where i < $1)
        select 'c', 'o', $2 || i, 'd', 'a', $3 from n returning 1 as made";
    const SESSION: &str = "insert into session values ($1, 'u', null, 0, $2, null, 0) returning id";
    const TOKEN: &str = "insert into access_token values ($1, $2, null, $3) returning digest";
    const REFRESH: &str = "insert into refresh_token values ($1, $2, $3, 'next') returning digest";
    const ACCESS_LEFT: &str = "select digest from access_token";
    const REFRESH_LEFT: &str = "select digest from refresh_token";
    const GUESS: &str = "insert into guess values ($1, $2, $3) returning subject";
    const NETWORK: &str = "insert into known_network values ('u', $1, $2) returning network";
    const PERSON: &str =
        "insert into user_account (id, email, password, created_at_ms) values ('u', 'e', 'p', 0)
        returning id";

    fn database() -> Db {
        Db::Memory(Memory::migrated().unwrap())
    }

    fn rows(db: &Db, text: &'static str, params: Vec<sql::Param>) -> Vec<sql::Row> {
        block_on(db.query(Scope::System, Statement::new(text, params))).unwrap()
    }

    fn removed(db: &Db) -> [usize; 6] {
        let ran = block_on(run(db, NOW)).unwrap();
        assert_eq!(ran.iter().map(|ran| ran.task).collect::<Vec<_>>(), Task::ALL);
        std::array::from_fn(|at| ran[at].removed)
    }

    fn keep_answers(db: &Db, count: i64, prefix: &str, expires_at: Timestamp) {
        rows(db, ANSWERS, params![count, prefix, expires_at]);
    }

    #[test]
    fn all_that_is_over_goes_in_chunks_and_all_else_stays() {
        let db = database();
        keep_answers(&db, 2_500, "old", NOW);
        keep_answers(&db, 3, "new", NOW.plus_ms(1));
        rows(&db, PERSON, vec![]);
        rows(&db, SESSION, params!["over", NOW]);
        rows(&db, SESSION, params!["open", NOW.plus_ms(1)]);
        rows(&db, TOKEN, params!["old", "open", NOW]);
        rows(&db, TOKEN, params!["new", "open", NOW.plus_ms(1)]);
        rows(&db, REFRESH, params!["old", "over", NOW]);
        rows(&db, REFRESH, params!["used", "open", NOW]);
        rows(&db, TOKEN, params!["of the session that is over", "over", NOW.plus_ms(1)]);
        for (subject, ready_at, forgotten_at) in [("old", 0, 0), ("waits", 1, 0), ("remembered", 0, 1)] {
            rows(&db, GUESS, params![subject, NOW.plus_ms(ready_at), NOW.plus_ms(forgotten_at)]);
        }
        rows(&db, NETWORK, params!["old", NOW]);
        rows(&db, NETWORK, params!["new", NOW.plus_ms(1)]);

        assert_eq!(removed(&db), [2_500, 1, 1, 1, 1, 1]);
        let left = rows(&db, "select subject from guess order by subject", vec![]);
        let left: Vec<_> = left.iter().map(|row| row.text("subject").unwrap()).collect();
        assert_eq!(left, ["remembered", "waits"]);
        assert_eq!(rows(&db, "select network from known_network", vec![])[0].text("network").unwrap(), "new");
        for (tokens, left) in [(ACCESS_LEFT, "new"), (REFRESH_LEFT, "used")] {
            let digests = rows(&db, tokens, vec![]);
            assert_eq!(digests.iter().map(|row| row.text("digest").unwrap()).collect::<Vec<_>>(), [left]);
        }
        let left = rows(&db, "select key_digest from idempotency order by key_digest", vec![]);
        let left: Vec<_> = left.iter().map(|row| row.text("key_digest").unwrap()).collect();
        assert_eq!(left, ["new1", "new2", "new3"]);
        assert_eq!(rows(&db, "select id from session", vec![])[0].text("id").unwrap(), "open");
    }

    #[test]
    fn a_second_tick_finds_nothing_to_do() {
        let db = database();
        keep_answers(&db, 10, "old", NOW);
        assert_eq!(removed(&db), [10, 0, 0, 0, 0, 0]);
        assert_eq!(removed(&db), [0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn a_tick_is_bounded_and_the_next_one_goes_on() {
        let db = database();
        let bound = ROUNDS * CHUNK;
        keep_answers(&db, i64::try_from(bound).unwrap() + 5, "old", NOW);
        assert_eq!(removed(&db), [bound, 0, 0, 0, 0, 0]);
        assert_eq!(removed(&db), [5, 0, 0, 0, 0, 0]);
    }

    const KEY: &str = "insert into api_key (id, tenant_id, created_by, name, scopes, live, digest, created_at_ms,
        revoked_at_ms, expires_at_ms, imported) values ($1, 't', 'u', 'n', 'read', 1, $1, 0, $2, $3, $4) returning id";
    const BUCKETS: &str = "insert into bucket (id, level, level_at_ms)
        with recursive n (i) as (select 1 union all select i + 1 from n where i < $1)
        select $2 || i, 0, $3 from n returning id";
    const DAY_MS: i64 = 86_400_000;

    fn at(db: &Db, now: Timestamp, task: Task) -> usize {
        block_on(run(db, now)).unwrap().iter().find(|ran| ran.task == task).unwrap().removed
    }

    #[test]
    fn a_key_goes_ninety_days_after_its_end_unless_its_text_is_anothers() {
        let db = database();
        rows(&db, PERSON, vec![]);
        let tenant =
            "insert into tenant (id, name, state, plan, created_at_ms) values ('t', 'T', 'active', 'free', 0)
            returning id";
        rows(&db, tenant, vec![]);
        let (over, none) = (NOW.plus_ms(-90 * DAY_MS), None::<Timestamp>);
        for (id, revoked_at, expires_at, imported) in [
            ("revoked", Some(over), none, 0),
            ("expired", none, Some(over), 0),
            ("both", Some(over), Some(over), 0),
            ("revoked lately", Some(over.plus_ms(1)), none, 0),
            ("expired lately", none, Some(over.plus_ms(1)), 0),
            ("unended", none, none, 0),
            ("of another system", Some(over), Some(over), 1),
        ] {
            rows(&db, KEY, params![id, revoked_at, expires_at, imported]);
        }
        assert_eq!(at(&db, NOW, Task::Keys), 3);
        assert_eq!(at(&db, NOW, Task::Keys), 0);
        let left = rows(&db, "select id from api_key order by id", vec![]);
        let left: Vec<_> = left.iter().map(|row| row.text("id").unwrap()).collect();
        assert_eq!(left, ["expired lately", "of another system", "revoked lately", "unended"]);
    }

    #[test]
    fn buckets_of_a_day_ago_go_part_by_part_and_the_walk_begins_again() {
        let db = database();
        rows(&db, BUCKETS, params![1_500, "old", NOW.plus_ms(-DAY_MS)]);
        rows(&db, BUCKETS, params![1_500, "used", NOW.plus_ms(1 - DAY_MS)]);
        assert_eq!(at(&db, NOW, Task::Buckets), 1_500);
        assert_eq!(rows(&db, "select id from bucket where id like 'used%'", vec![]).len(), 1_500);
        assert_eq!(at(&db, NOW, Task::Buckets), 0);
        assert_eq!(at(&db, NOW.plus_ms(1), Task::Buckets), 1_500);
    }

    #[test]
    fn a_tick_walks_through_no_more_than_its_share_and_the_next_one_goes_on_there() {
        let db = database();
        let bound = i64::try_from(ROUNDS * CHUNK).unwrap();
        rows(&db, BUCKETS, params![bound + 7, "old", NOW.plus_ms(-DAY_MS)]);
        assert_eq!(at(&db, NOW, Task::Buckets), ROUNDS * CHUNK);
        assert_eq!(at(&db, NOW, Task::Buckets), 7);
    }

    /// A bucket that isn't full is what somebody has used up: without it, it would be let in again at once.
    #[test]
    fn a_bucket_that_a_slow_plan_has_not_filled_yet_stays() {
        let db = database();
        rows(
            &db,
            "update plan set requests_per_minute = 1, burst = 2880 where name = 'free' returning name",
            vec![],
        );
        rows(&db, BUCKETS, params![1, "slow", NOW.plus_ms(-2 * DAY_MS)]);
        assert_eq!(at(&db, NOW, Task::Buckets), 0);
        assert_eq!(at(&db, NOW.plus_ms(1), Task::Buckets), 1);
    }

    #[test]
    fn a_statement_deletes_no_more_than_a_chunk() {
        let db = database();
        keep_answers(&db, 1_500, "old", NOW);
        assert_eq!(block_on(store::purge_idempotency(&db, NOW)).unwrap(), CHUNK);
    }
}
