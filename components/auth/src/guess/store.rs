//! Attempts in the database.

use insula_kit::params;
use insula_kit::sql::{self, Row, Statement};
use insula_kit::time::Timestamp;

use super::rule::Rule;

const INSERT: &str = include_str!("../../sql/guess_insert.sql");
const GET_READY: &str = include_str!("../../sql/guess_get_ready.sql");
const MISS: &str = include_str!("../../sql/guess_miss.sql");
const GIVE_BACK: &str = include_str!("../../sql/guess_give_back.sql");
const DELETE: &str = include_str!("../../sql/guess_delete.sql");

/// Counts an attempt; refused when it comes too early. The row is for [`read_ready`].
pub fn insert(subject: &str, rule: Rule, now: Timestamp) -> Statement {
    let Rule { free, first_wait_ms, longest_wait_ms, forget_ms } = rule;
    let values = params![subject, now, forget_ms, free, rule.doublings(), longest_wait_ms, first_wait_ms];
    Statement::required(INSERT, values)
}

/// Sees that an attempt may be made, without counting one; refused when it would come too early.
pub fn miss(subject: &str, now: Timestamp) -> Statement {
    Statement::required(MISS, params![subject, now])
}

/// When the next attempt may be made against all of up to five subjects; the row is for [`read_ready`].
pub fn get_ready<'a>(mut subjects: impl Iterator<Item = &'a str>) -> Statement {
    let mut next = || subjects.next().map(str::to_owned);
    Statement::new(GET_READY, params![next(), next(), next(), next(), next()])
}

/// Takes an attempt back that left this time.
pub fn give_back(subject: &str, rule: Rule, ready_at: Timestamp) -> Statement {
    Statement::new(GIVE_BACK, params![rule.forget_ms, ready_at, subject])
}

/// Forgets all attempts.
pub fn delete(subject: &str) -> Statement {
    Statement::new(DELETE, params![subject])
}

/// Reads when the next attempt may be made; none if none was made.
pub fn read_ready(rows: &[Row]) -> Result<Option<Timestamp>, sql::Error> {
    rows.first().map_or(Ok(None), |row| row.optional_time("ready_at_ms"))
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use insula_kit::sql::memory::Memory;
    use insula_kit::sql::{Db, Error, Scope};
    use proptest::prelude::*;

    use super::*;
    use crate::guess::rule::model::{Kept, attempt};
    use crate::guess::rule::{ALL, PAIR};

    const START_MS: i64 = 1_893_456_000_000;

    fn migrated() -> Db {
        Db::Memory(Memory::migrated().unwrap())
    }

    fn kept(db: &Db) -> Kept {
        let all = Statement::new("select ready_at_ms, forgotten_at_ms from guess", Vec::new());
        let rows = block_on(db.query(Scope::System, all)).unwrap();
        let number = |name| rows.first().map_or(0, |row| row.integer(name).unwrap());
        Kept { ready_at_ms: number("ready_at_ms"), forgotten_at_ms: number("forgotten_at_ms") }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn the_statement_counts_as_the_rule_says(
            rule in prop::sample::select(ALL.to_vec()),
            pauses in prop::collection::vec(prop_oneof![Just(0), 0..5_000_i64, 0..2_000_000_i64], 1..200),
        ) {
            let (db, mut model, mut now_ms) = (migrated(), Kept::default(), START_MS);
            for pause in pauses {
                now_ms += pause;
                let ran = block_on(db.query(Scope::System, insert("s", rule, Timestamp::from_ms(now_ms))));
                match attempt(rule, model, now_ms) {
                    Ok(next) => {
                        prop_assert_eq!(read_ready(&ran.unwrap()).unwrap().unwrap().as_ms(), next.ready_at_ms);
                        model = next;
                    }
                    Err(_) => prop_assert!(matches!(ran, Err(Error::Refused(0)))),
                }
                prop_assert_eq!(kept(&db), model);
            }
        }
    }

    /// Tries `count` times at once, as far as the clock goes.
    fn try_often(db: &Db, rule: Rule, count: i64) {
        for _ in 0..count {
            block_on(db.query(Scope::System, insert("s", rule, Timestamp::from_ms(START_MS)))).unwrap();
        }
    }

    #[test]
    fn an_attempt_that_is_given_back_leaves_what_was_there_before() {
        let db = migrated();
        try_often(&db, PAIR, 4);
        let before = kept(&db);
        let now = Timestamp::from_ms(START_MS);
        let rows = block_on(db.query(Scope::System, insert("s", PAIR, now))).unwrap();
        let ready_at = read_ready(&rows).unwrap().unwrap();
        assert_eq!(ready_at, now.plus_ms(1_000));
        block_on(db.query(Scope::System, give_back("s", PAIR, ready_at))).unwrap();
        assert_eq!(kept(&db), before);
    }

    /// Protects those who share a network: of two at once the earlier may come later.
    #[test]
    fn an_attempt_that_was_on_its_way_for_longer_is_counted_as_any_other() {
        let db = migrated();
        let at = |ms| Timestamp::from_ms(START_MS + ms);
        for ms in [50, 20, 0] {
            let rows = block_on(db.query(Scope::System, insert("s", PAIR, at(ms)))).unwrap();
            let ready_at = read_ready(&rows).unwrap().unwrap();
            assert_eq!(ready_at, Timestamp::from_ms(0));
            block_on(db.query(Scope::System, give_back("s", PAIR, ready_at))).unwrap();
            block_on(db.query(Scope::System, miss("s", at(0)))).unwrap();
        }
    }

    /// Protects a network's limit from an attacker who logs in to an account of its own between two guesses.
    #[test]
    fn the_wait_that_another_attempt_left_is_not_given_back() {
        let db = migrated();
        let now = Timestamp::from_ms(START_MS);
        try_often(&db, PAIR, 3);
        let own =
            read_ready(&block_on(db.query(Scope::System, insert("s", PAIR, now))).unwrap()).unwrap().unwrap();
        let later = now.plus_ms(10);
        block_on(db.query(Scope::System, insert("s", PAIR, later))).unwrap();
        block_on(db.query(Scope::System, give_back("s", PAIR, own))).unwrap();
        assert_eq!(kept(&db).ready_at_ms, later.plus_ms(1_000).as_ms());
    }
}
