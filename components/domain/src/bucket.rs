//! The token bucket of the rate limit, in exact integers.
//!
//! A bucket holds at most `burst` tokens and gains `per_minute` tokens a minute; a call takes one. The level is
//! kept in 1/60,000 tokens, because one millisecond at one token a minute is exactly one such unit: nothing is
//! rounded, so a caller gets every token it is due and never one more, however often it asks.

/// The units of a bucket's level that make one token.
pub const UNITS_PER_TOKEN: i64 = 60_000;

/// How fast calls may come. Both at least 1, at most [`Rate::MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Tokens gained in a minute.
    pub per_minute: i64,
    /// Tokens that a full bucket holds.
    pub burst: i64,
}

/// A bucket as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// What it holds, in [`UNITS_PER_TOKEN`].
    pub level: i64,
    /// When it held that.
    pub level_at_ms: i64,
}

impl Rate {
    /// The largest value that keeps every product below in 64 bits.
    pub const MAX: i64 = 1_000_000;

    /// What a full bucket holds, in [`UNITS_PER_TOKEN`].
    #[must_use]
    pub const fn capacity(self) -> i64 {
        self.burst * UNITS_PER_TOKEN
    }

    /// How long an empty bucket takes to fill, in whole seconds, rounded up.
    #[must_use]
    pub const fn window_seconds(self) -> i64 {
        ceiling(self.capacity(), self.per_minute * 1_000)
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
        let gained = elapsed_ms.saturating_mul(rate.per_minute);
        let level = self.level.saturating_add(gained).min(rate.capacity());
        Self { level, level_at_ms: self.level_at_ms.max(now_ms) }
    }

    /// The bucket with one token taken, or how long until there is one, in milliseconds.
    ///
    /// # Errors
    ///
    /// The milliseconds to wait, at least 1, when there is no whole token.
    pub const fn take(self, rate: Rate) -> Result<Self, i64> {
        if self.level >= UNITS_PER_TOKEN {
            Ok(Self { level: self.level - UNITS_PER_TOKEN, ..self })
        } else {
            Err(ceiling(UNITS_PER_TOKEN - self.level, rate.per_minute))
        }
    }

    /// Whole tokens left.
    #[must_use]
    pub const fn tokens(self) -> i64 {
        self.level / UNITS_PER_TOKEN
    }

    /// Whole seconds until it is full, rounded up.
    #[must_use]
    pub const fn full_in_seconds(self, rate: Rate) -> i64 {
        ceiling(rate.capacity() - self.level, rate.per_minute * 1_000)
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

    const FREE: Rate = Rate { per_minute: 10, burst: 20 };

    #[test]
    fn a_full_bucket_admits_its_burst_and_then_one_every_six_seconds() {
        let mut bucket = Bucket::full(FREE, 0);
        for _ in 0..20 {
            bucket = bucket.refilled(FREE, 0).take(FREE).unwrap();
        }
        assert_eq!(bucket.take(FREE), Err(6_000));
        assert!(bucket.refilled(FREE, 5_999).take(FREE).is_err());
        assert!(bucket.refilled(FREE, 6_000).take(FREE).is_ok());
        assert_eq!(FREE.window_seconds(), 120);
    }

    proptest! {
        #[test]
        fn asking_often_neither_loses_nor_gains_a_token(
            per_minute in 1..10_000_i64, burst in 1..1_000_i64, steps in proptest::collection::vec(0..5_000_i64, 1..200)
        ) {
            let rate = Rate { per_minute, burst };
            let start = Bucket { level: 0, level_at_ms: 0 };
            let (mut often, mut now) = (start, 0);
            for step in steps {
                now += step;
                often = often.refilled(rate, now);
            }
            prop_assert_eq!(often, start.refilled(rate, now));
        }

        #[test]
        fn the_wait_it_names_is_exactly_long_enough(per_minute in 1..10_000_i64, level in 0..UNITS_PER_TOKEN) {
            let rate = Rate { per_minute, burst: 5 };
            let bucket = Bucket { level, level_at_ms: 0 };
            let wait = bucket.take(rate).unwrap_err();
            prop_assert!(bucket.refilled(rate, wait).take(rate).is_ok());
            prop_assert!(bucket.refilled(rate, wait - 1).take(rate).is_err());
        }
    }
}
