//! When a delivery that failed is tried again, and when no more. Pure: the time is passed in.

use insula_kit::time::Timestamp;

const MINUTE_MS: i64 = 60_000;
const LONGEST_MS: i64 = 60 * MINUTE_MS;
/// How long a mail is tried.
const PATIENCE_MS: i64 = 24 * LONGEST_MS;

/// When the mail is due again whose attempt of that number, counted from 1, has just failed: after one minute, then two,
/// four, and so on up to an hour. None when that would be more than a day after the mail was written.
#[must_use]
pub fn next(created_at: Timestamp, attempt: i64, now: Timestamp) -> Option<Timestamp> {
    let doublings = u32::try_from(attempt.saturating_sub(1).clamp(0, 6)).unwrap_or_default();
    let due_at = now.plus_ms((MINUTE_MS << doublings).min(LONGEST_MS));
    (due_at <= created_at.plus_ms(PATIENCE_MS)).then_some(due_at)
}

/// Whether a mail that was taken for an attempt of that number is not to be tried any more: a mailer that never comes
/// back from it leaves no failure behind. A mail that nobody has tried yet is tried, however old it is.
#[must_use]
pub fn is_over(created_at: Timestamp, attempt: i64, now: Timestamp) -> bool {
    attempt > 1 && now > created_at.plus_ms(PATIENCE_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_ms(1_893_456_000_000);

    #[test]
    fn the_pauses_double_from_a_minute_to_an_hour() {
        let pauses: Vec<i64> = [1, 2, 3, 4, 5, 6, 7, 8, i64::MAX]
            .into_iter()
            .map(|attempt| (next(START, attempt, START).unwrap().as_ms() - START.as_ms()) / MINUTE_MS)
            .collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
    }

    #[test]
    fn after_a_day_it_is_given_up() {
        let (mut now, mut attempt) = (START, 1);
        while let Some(due_at) = next(START, attempt, now) {
            (now, attempt) = (due_at, attempt + 1);
        }
        assert!(now <= START.plus_ms(PATIENCE_MS) && now > START.plus_ms(PATIENCE_MS - LONGEST_MS));
        assert_eq!(attempt, 29);
    }

    #[test]
    fn a_mail_is_tried_once_at_least_and_not_after_a_day() {
        let day_later = START.plus_ms(PATIENCE_MS);
        assert!(!is_over(START, 1, day_later.plus_ms(1)));
        assert!(!is_over(START, 2, day_later));
        assert!(is_over(START, 2, day_later.plus_ms(1)));
    }
}
