//! The token bucket of a rate limit, in exact integers.
//!
//! A bucket holds at most `burst` tokens and gains `calls` tokens in a window; a call takes one. With a window of `w`
//! milliseconds the level is kept in 1/w tokens, because one millisecond at one token a window is exactly one such unit:
//! nothing is rounded, so a caller gets every token it is due and never one more, however often it asks.

/// A minute, the window of the plans' limits, in milliseconds.
pub const MINUTE_MS: i64 = 60_000;

/// How fast calls may come. `calls` and `burst` are at least 1 and at most [`Rate::MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Tokens gained in a window.
    pub calls: i64,
    /// The length of the window, which is also the number of a level's units that make one token.
    pub window_ms: i64,
    /// Tokens that a full bucket holds.
    pub burst: i64,
}

/// A bucket as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// What it holds, in parts of a token: as many to one as the window has milliseconds.
    pub level: i64,
    /// When it held that.
    pub level_at_ms: i64,
}

impl Rate {
    /// The largest value that keeps every product below in 64 bits, with windows of up to a day.
    pub const MAX: i64 = 1_000_000;

    /// A plan's: so many calls a minute, and as many at once as `burst` says.
    #[must_use]
    pub const fn per_minute(calls: i64, burst: i64) -> Self {
        Self { calls, window_ms: MINUTE_MS, burst }
    }

    /// So many calls in a window, also all at once.
    #[must_use]
    pub const fn evenly(calls: i64, window_ms: i64) -> Self {
        Self { calls, window_ms, burst: calls }
    }

    /// Whether it lets in nothing that the other one doesn't: neither at once nor over time.
    #[must_use]
    pub const fn is_within(self, other: Self) -> bool {
        self.burst <= other.burst && self.calls * other.window_ms <= other.calls * self.window_ms
    }

    /// What a full bucket holds, in parts of a token.
    #[must_use]
    pub const fn capacity(self) -> i64 {
        self.burst * self.window_ms
    }

    /// How long an empty bucket takes to fill, in whole seconds, rounded up.
    #[must_use]
    pub const fn fill_seconds(self) -> i64 {
        ceiling(self.capacity(), self.calls * 1_000)
    }
}

impl Bucket {
    /// A full bucket: what a caller starts with.
    #[must_use]
    pub const fn full(rate: Rate, now_ms: i64) -> Self {
        Self { level: rate.capacity(), level_at_ms: now_ms }
    }

    /// The same bucket at `now_ms`. A clock that goes backwards adds nothing and loses nothing.
    #[must_use]
    pub fn refilled(self, rate: Rate, now_ms: i64) -> Self {
        let elapsed_ms = now_ms.saturating_sub(self.level_at_ms).max(0);
        let gained = elapsed_ms.saturating_mul(rate.calls);
        let level = self.level.saturating_add(gained).min(rate.capacity());
        Self { level, level_at_ms: self.level_at_ms.max(now_ms) }
    }

    /// The bucket with one token taken, or how long until there is one, in milliseconds.
    ///
    /// # Errors
    ///
    /// The milliseconds to wait, at least 1, when there is no whole token.
    pub const fn take(self, rate: Rate) -> Result<Self, i64> {
        if self.level >= rate.window_ms {
            Ok(Self { level: self.level - rate.window_ms, ..self })
        } else {
            Err(ceiling(rate.window_ms - self.level, rate.calls))
        }
    }

    /// Whole tokens left.
    #[must_use]
    pub const fn tokens(self, rate: Rate) -> i64 {
        self.level / rate.window_ms
    }

    /// Whole seconds until it is full, rounded up.
    #[must_use]
    pub const fn full_in_seconds(self, rate: Rate) -> i64 {
        ceiling(rate.capacity() - self.level, rate.calls * 1_000)
    }
}

/// `a / b` rounded up, for `a >= 0` and `b > 0`.
const fn ceiling(a: i64, b: i64) -> i64 {
    (a + b - 1) / b
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FREE: Rate = Rate::per_minute(10, 20);
    const DAY_MS: i64 = 86_400_000;

    #[test]
    fn a_full_bucket_admits_its_burst_and_then_one_every_six_seconds() {
        let mut bucket = Bucket::full(FREE, 0);
        for _ in 0..20 {
            bucket = bucket.refilled(FREE, 0).take(FREE).unwrap();
        }
        assert_eq!(bucket.take(FREE), Err(6_000));
        assert!(bucket.refilled(FREE, 5_999).take(FREE).is_err());
        assert!(bucket.refilled(FREE, 6_000).take(FREE).is_ok());
        assert_eq!(FREE.fill_seconds(), 120);
    }

    #[test]
    fn the_largest_rate_of_the_longest_window_stays_in_64_bits() {
        let rate = Rate::evenly(Rate::MAX, DAY_MS);
        let empty = Bucket { level: 0, level_at_ms: 0 };
        assert_eq!(empty.refilled(rate, DAY_MS), Bucket::full(rate, DAY_MS));
        assert_eq!((empty.take(rate), rate.fill_seconds()), (Err(87), 86_400));
        assert_eq!(empty.refilled(rate, i64::MAX).tokens(rate), Rate::MAX);
    }

    proptest! {
        #[test]
        fn asking_often_neither_loses_nor_gains_a_token(
            calls in 1..10_000_i64, window_ms in 1_000..DAY_MS, burst in 1..1_000_i64,
            steps in proptest::collection::vec(0..5_000_i64, 1..200)
        ) {
            let rate = Rate { calls, window_ms, burst };
            let start = Bucket { level: 0, level_at_ms: 0 };
            let (mut often, mut now) = (start, 0);
            for step in steps {
                now += step;
                often = often.refilled(rate, now);
            }
            prop_assert_eq!(often, start.refilled(rate, now));
        }

        #[test]
        fn the_wait_it_names_is_exactly_long_enough(
            calls in 1..10_000_i64, window_ms in 1_000..DAY_MS, part in 0..1_000_i64
        ) {
            let rate = Rate { calls, window_ms, burst: 5 };
            let bucket = Bucket { level: (window_ms - 1) * part / 1_000, level_at_ms: 0 };
            let wait = bucket.take(rate).unwrap_err();
            prop_assert!(bucket.refilled(rate, wait).take(rate).is_ok());
            prop_assert!(bucket.refilled(rate, wait - 1).take(rate).is_err());
        }
    }
}
