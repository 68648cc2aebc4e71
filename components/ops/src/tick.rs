//! What is due by schedule: a list of tasks, each of which finds its work in the database and is done when it finds none.
//!
//! Many may run the list at once. A row is deleted by one of them, and is counted by that one.

use insula_kit::sql::{self, Db};
use insula_kit::time::Timestamp;

use crate::store::kept::{KEPT, Kept};
use crate::store::{CHUNK, bucket};

/// The most statements of one task in one call: with [`CHUNK`], 20,000 rows. It keeps a call after a long pause
/// within the time that a request may take; the rest is due at the next call.
const ROUNDS: usize = 20;

/// A task that is run at every call.
#[derive(Clone, Copy, Debug)]
enum Task {
    /// Deletes what was kept for long enough.
    Kept(Kept),
    /// Deletes buckets that are full again.
    Buckets,
}

/// What a task did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ran {
    /// The name of the task on the wire.
    pub task: &'static str,
    /// How many rows it removed.
    pub removed: usize,
}

impl Task {
    const fn name(self) -> &'static str {
        match self {
            Self::Kept(kept) => kept.task,
            Self::Buckets => bucket::TASK,
        }
    }

    /// Does a bounded part of it. Returns how many rows that removed, and whether there is more to do.
    async fn part(self, db: &Db, now: Timestamp) -> Result<(usize, bool), sql::Error> {
        match self {
            Self::Kept(kept) => kept.purge(db, now).await.map(|removed| (removed, removed >= CHUNK)),
            Self::Buckets => bucket::purge(db, now).await.map(|step| (step.removed, !step.is_last)),
        }
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
        Ok(Ran { task: self.name(), removed })
    }
}

/// Runs every task.
pub async fn run(db: &Db, now: Timestamp) -> Result<Vec<Ran>, sql::Error> {
    let mut done = Vec::with_capacity(KEPT.len() + 1);
    for task in KEPT.into_iter().map(Task::Kept).chain([Task::Buckets]) {
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
        assert_eq!(ran.len(), KEPT.len() + 1);
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
            let (ready_at, forgotten_at) =
                (NOW.plus_ms(ready_at - DAY_MS), NOW.plus_ms(forgotten_at - DAY_MS));
            rows(&db, GUESS, params![subject, ready_at, forgotten_at]);
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
    const KEYS: &str = "purge_api_keys";

    fn at(db: &Db, now: Timestamp, task: &str) -> usize {
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
        assert_eq!(at(&db, NOW, KEYS), 3);
        assert_eq!(at(&db, NOW, KEYS), 0);
        let left = rows(&db, "select id from api_key order by id", vec![]);
        let left: Vec<_> = left.iter().map(|row| row.text("id").unwrap()).collect();
        assert_eq!(left, ["expired lately", "of another system", "revoked lately", "unended"]);
    }

    #[test]
    fn buckets_of_a_day_ago_go_part_by_part_and_the_walk_begins_again() {
        let db = database();
        rows(&db, BUCKETS, params![1_500, "old", NOW.plus_ms(-DAY_MS)]);
        rows(&db, BUCKETS, params![1_500, "used", NOW.plus_ms(1 - DAY_MS)]);
        assert_eq!(at(&db, NOW, bucket::TASK), 1_500);
        assert_eq!(rows(&db, "select id from bucket where id like 'used%'", vec![]).len(), 1_500);
        assert_eq!(at(&db, NOW, bucket::TASK), 0);
        assert_eq!(at(&db, NOW.plus_ms(1), bucket::TASK), 1_500);
    }

    #[test]
    fn a_tick_walks_through_no_more_than_its_share_and_the_next_one_goes_on_there() {
        let db = database();
        let bound = i64::try_from(ROUNDS * CHUNK).unwrap();
        rows(&db, BUCKETS, params![bound + 7, "old", NOW.plus_ms(-DAY_MS)]);
        assert_eq!(at(&db, NOW, bucket::TASK), ROUNDS * CHUNK);
        assert_eq!(at(&db, NOW, bucket::TASK), 7);
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
        assert_eq!(at(&db, NOW, bucket::TASK), 0);
        assert_eq!(at(&db, NOW.plus_ms(1), bucket::TASK), 1);
    }

    #[test]
    fn a_statement_deletes_no_more_than_a_chunk() {
        let db = database();
        keep_answers(&db, 1_500, "old", NOW);
        assert_eq!(block_on(KEPT[0].purge(&db, NOW)).unwrap(), CHUNK);
    }
}
