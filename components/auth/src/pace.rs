//! Answers whose time doesn't tell what was done for them.

use std::time::{Duration, Instant};

/// Far above what the work takes: an answer leaves when one of these is over, so it takes one of them, whether there was
/// more to do or less.
const STEP: Duration = Duration::from_millis(50);

/// When the work began.
pub struct Pace(Instant);

impl Pace {
    #[expect(clippy::disallowed_methods, reason = "how long the work takes; nothing is decided by it")]
    pub fn begin() -> Self {
        Self(Instant::now())
    }

    /// Waits until the present step is over.
    pub async fn keep(self) {
        spin_sdk::time::sleep(rest(self.0.elapsed())).await;
    }
}

fn rest(elapsed: Duration) -> Duration {
    let over = elapsed.as_nanos() % STEP.as_nanos();
    STEP.saturating_sub(Duration::from_nanos(u64::try_from(over).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_was_done_a_whole_number_of_steps_has_passed() {
        let rest_ms = |elapsed_us| rest(Duration::from_micros(elapsed_us)).as_micros();
        assert_eq!(rest_ms(0), 50_000);
        assert_eq!(rest_ms(700), 49_300);
        assert_eq!(rest_ms(49_999), 1);
        assert_eq!(rest_ms(50_000), 50_000);
        assert_eq!(rest_ms(120_001), 29_999);
    }
}
