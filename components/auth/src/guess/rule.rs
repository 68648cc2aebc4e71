//! How often somebody may guess: the rule, with the time passed in. `sql/guess_insert.sql` counts by the same rule, and
//! a test compares the two.
//!
//! Of a subject two times are kept. `forgotten_at` is when the last of its failures will be forgotten: every attempt
//! moves it [`Rule::forget_ms`] on, so of what happened before, `⌈(forgotten_at − now) / forget_ms⌉` failures count.
//! `ready_at` is when the next attempt may be made: whenever it is, 0, while fewer than [`Rule::free`] failures count, also
//! for those whose time is a little earlier because they were on their way for longer; otherwise after `first_wait_ms`, twice
//! that, four times that, up to `longest_wait_ms`.
//!
//! What follows, for any pattern of attempts, and what the tests see to:
//!
//! - Nobody waits longer than `longest_wait_ms`, and a subject that is left alone is forgotten.
//! - In `t` milliseconds at most `free + doublings + 1 + t / forget_ms` attempts are let in, because the longest wait is
//!   at least as long as what one attempt takes to be forgotten.
//!
//! | Rule          | What it counts                                | Free | Waits          | One forgotten in | So at most, after the first ones |
//! |---------------|-----------------------------------------------|------|----------------|------------------|------------|
//! | [`PAIR`]      | passwords for one account: from one network, on one device, in one session | 5 | 1 s … 15 min | 15 min | 96 a day |
//! | [`ACCOUNT`]   | passwords for one account, from everywhere but devices of its own and sessions | 20 | 1 s … 30 s | 30 s | 2 a minute |
//! | [`NETWORK`]   | what fails from one network (IPv4 /32, IPv6 /64) | 100 | 1 s … 1 min | 6 s              | 10 a minute |
//! | [`WIDE`]      | what fails from its surroundings (/24, /48)   | 400  | 1 s … 1 min    | 1.5 s            | 40 a minute |
//! | [`CODE`]      | codes of a second factor                      | 5    | 1 s … 15 min   | 15 min           | 96 a day   |
//! | [`TAKEN`]     | registrations of taken addresses from one network | 20 | 1 s … 5 min  | 5 min            | 288 a day  |
//! | [`TAKEN_WIDE`] | those from its surroundings                  | 80   | 1 s … 75 s     | 75 s             | 1,152 a day |
//! | [`LOGIN`]     | logins to one account: that succeed on devices of its own; right or wrong from everywhere else | 100  | 1 s … 30 s     | 30 s             | 2 a minute |
//! | [`REFRESH`]   | exchanges of one person's refresh tokens      | 200  | 1 s … 6 s      | 6 s              | 10 a minute |

/// How a subject is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// From this many failures on there is a wait. At least 2.
    pub free: i64,
    /// The wait after that many.
    pub first_wait_ms: i64,
    /// The longest wait. At least `forget_ms`.
    pub longest_wait_ms: i64,
    /// What one failure takes to be forgotten.
    pub forget_ms: i64,
}

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;

pub const PAIR: Rule =
    Rule { free: 5, first_wait_ms: SECOND, longest_wait_ms: 15 * MINUTE, forget_ms: 15 * MINUTE };
pub const ACCOUNT: Rule =
    Rule { free: 20, first_wait_ms: SECOND, longest_wait_ms: 30 * SECOND, forget_ms: 30 * SECOND };
pub const NETWORK: Rule =
    Rule { free: 100, first_wait_ms: SECOND, longest_wait_ms: MINUTE, forget_ms: 6 * SECOND };
pub const WIDE: Rule = Rule { free: 400, first_wait_ms: SECOND, longest_wait_ms: MINUTE, forget_ms: 1_500 };
pub const CODE: Rule = PAIR;
pub const TAKEN: Rule =
    Rule { free: 20, first_wait_ms: SECOND, longest_wait_ms: 5 * MINUTE, forget_ms: 5 * MINUTE };
pub const TAKEN_WIDE: Rule =
    Rule { free: 80, first_wait_ms: SECOND, longest_wait_ms: 75 * SECOND, forget_ms: 75 * SECOND };
pub const LOGIN: Rule =
    Rule { free: 100, first_wait_ms: SECOND, longest_wait_ms: 30 * SECOND, forget_ms: 30 * SECOND };
/// All sessions of a person at once, each exchanged as often as its access tokens end, need a third of it.
pub const REFRESH: Rule =
    Rule { free: 200, first_wait_ms: SECOND, longest_wait_ms: 6 * SECOND, forget_ms: 6 * SECOND };

/// All of them, for tests.
#[cfg(test)]
pub const ALL: [Rule; 9] = [PAIR, ACCOUNT, NETWORK, WIDE, CODE, TAKEN, TAKEN_WIDE, LOGIN, REFRESH];

impl Rule {
    /// How often the wait doubles until it is the longest.
    pub const fn doublings(self) -> i64 {
        let mut doublings = 0;
        while self.first_wait_ms << doublings < self.longest_wait_ms {
            doublings += 1;
        }
        doublings
    }
}

#[cfg(test)]
pub mod model {
    //! The rule as a plain function, for the statement to be compared with.

    use super::Rule;

    /// What is kept of a subject.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct Kept {
        pub ready_at_ms: i64,
        pub forgotten_at_ms: i64,
    }

    /// Counts an attempt; an error is when the next one may be made.
    pub fn attempt(rule: Rule, kept: Kept, now_ms: i64) -> Result<Kept, i64> {
        if kept.ready_at_ms > now_ms {
            return Err(kept.ready_at_ms);
        }
        let forgotten_at_ms = kept.forgotten_at_ms.max(now_ms) + rule.forget_ms;
        let failures = (forgotten_at_ms - now_ms + rule.forget_ms - 1) / rule.forget_ms;
        let wait_ms = wait_ms(rule, failures);
        Ok(Kept { ready_at_ms: if wait_ms == 0 { 0 } else { now_ms + wait_ms }, forgotten_at_ms })
    }

    /// How long to wait after so many failures.
    pub fn wait_ms(rule: Rule, failures: i64) -> i64 {
        let Ok(over) = u32::try_from(failures - rule.free) else { return 0 };
        (0..over).fold(rule.first_wait_ms, |wait, _| (wait * 2).min(rule.longest_wait_ms))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::model::{Kept, attempt, wait_ms};
    use super::*;

    fn any_rule() -> impl Strategy<Value = Rule> {
        prop::sample::select(ALL.to_vec())
    }

    #[test]
    fn every_rule_is_one_that_the_bound_holds_for() {
        for rule in ALL {
            assert!(rule.free >= 2 && rule.longest_wait_ms >= rule.forget_ms, "{rule:?}");
        }
    }

    #[test]
    fn waits_double_from_a_second_to_the_longest() {
        let seconds: Vec<i64> = (3..=17).map(|failures| wait_ms(PAIR, failures) / 1_000).collect();
        assert_eq!(seconds, [0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
        assert_eq!((PAIR.doublings(), ACCOUNT.doublings(), NETWORK.doublings()), (10, 5, 6));
    }

    #[test]
    fn who_tries_as_often_as_possible_is_let_in_96_times_a_day() {
        let (mut kept, mut now, mut tries) = (Kept::default(), 0, 0);
        let day = 86_400_000;
        let mut on_the_second_day = 0;
        while now < 2 * day {
            kept = attempt(PAIR, kept, now).unwrap();
            tries += 1;
            on_the_second_day += i64::from(now >= day);
            now = now.max(kept.ready_at_ms);
        }
        assert_eq!((tries, on_the_second_day), (206, 96));
    }

    proptest! {
        #[test]
        fn no_pattern_of_attempts_gets_more_than_the_bound(
            rule in any_rule(),
            pauses in prop::collection::vec(prop_oneof![Just(0), 0..5_000_i64, 0..2_000_000_i64], 1..600),
        ) {
            let (mut kept, mut now, mut let_in) = (Kept::default(), 1_000_000, 0);
            let start = now;
            for pause in pauses {
                now += pause;
                match attempt(rule, kept, now) {
                    Ok(next) => { kept = next; let_in += 1; }
                    Err(ready_at) => prop_assert!(ready_at - now <= rule.longest_wait_ms),
                }
                let bound = rule.free + rule.doublings() + 1 + (now - start) / rule.forget_ms;
                prop_assert!(let_in <= bound, "{let_in} of {bound}");
            }
        }

        #[test]
        fn whoever_waits_as_told_is_let_in(rule in any_rule(), tries in 1..60_usize) {
            let (mut kept, mut now) = (Kept::default(), 0);
            for _ in 0..tries {
                kept = attempt(rule, kept, now).unwrap();
                if let Err(ready_at) = attempt(rule, kept, now) {
                    prop_assert!(attempt(rule, kept, ready_at - 1).is_err());
                    now = ready_at;
                }
            }
        }

        #[test]
        fn what_is_left_alone_is_forgotten(rule in any_rule(), tries in 1..40_usize) {
            let (mut kept, mut now) = (Kept::default(), 0);
            for _ in 0..tries {
                kept = attempt(rule, kept, now).unwrap();
                now = now.max(kept.ready_at_ms);
            }
            let later = kept.forgotten_at_ms.max(kept.ready_at_ms);
            prop_assert_eq!(attempt(rule, kept, later), attempt(rule, Kept::default(), later));
        }
    }
}
