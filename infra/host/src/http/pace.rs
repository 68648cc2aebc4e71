//! How fast a body comes, and how long its next piece is waited for.

use std::time::Duration;

use crate::settings::Settings;

/// Only time in which the body was asked for and gave nothing counts: a component that reads slowly is not the client's
/// fault.
#[derive(Debug, Clone)]
pub(crate) struct Pace {
    idle: Duration,
    grace: Duration,
    bytes_per_second: u64,
    bytes: u64,
    waited: Duration,
}

impl Pace {
    /// That of a body of which nothing has come.
    pub(crate) fn of(settings: &Settings) -> Self {
        Self {
            idle: settings.body_idle_timeout,
            grace: settings.body_grace,
            bytes_per_second: settings.body_bytes_per_second,
            bytes: 0,
            waited: Duration::ZERO,
        }
    }

    /// How long the next piece may take.
    pub(crate) fn patience(&self) -> Duration {
        let Some(earned_ms) = self.bytes.saturating_mul(1_000).checked_div(self.bytes_per_second) else {
            return self.idle;
        };
        let all = self.grace.saturating_add(Duration::from_millis(earned_ms));
        self.idle.min(all.saturating_sub(self.waited))
    }

    /// So much came, after so long a wait.
    pub(crate) fn got(&mut self, bytes: usize, waited: Duration) {
        self.bytes = self.bytes.saturating_add(bytes as u64);
        self.waited = self.waited.saturating_add(waited);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn pace(bytes_per_second: u64) -> Pace {
        Pace::of(&Settings { body_bytes_per_second: bytes_per_second, ..Settings::default() })
    }

    #[test]
    fn after_its_grace_a_body_has_the_time_that_its_bytes_have_earned() {
        let mut pace = pace(1_024);
        assert_eq!(pace.patience(), 10 * SECOND);
        for _ in 0..9 {
            pace.got(1, SECOND);
        }
        assert_eq!(pace.patience(), SECOND + Duration::from_millis(8));
        pace.got(4_096, SECOND);
        assert_eq!(pace.patience(), 4 * SECOND + Duration::from_millis(8));
        pace.got(0, 5 * SECOND);
        assert_eq!(pace.patience(), Duration::ZERO);
    }

    #[test]
    fn a_body_that_comes_at_the_least_pace_comes_to_its_end() {
        let mut pace = pace(1_024);
        for _ in 0..100_000 {
            assert!(pace.patience() >= SECOND);
            pace.got(1_024, SECOND);
        }
    }

    #[test]
    fn without_a_least_pace_only_standing_still_counts() {
        let mut pace = pace(0);
        pace.got(1, 1_000 * SECOND);
        assert_eq!(pace.patience(), 10 * SECOND);
    }
}
