//! What is metered, and when its counter starts again. Periods are UTC calendar days and months.

use chrono::{DateTime, Datelike, Months, NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The name of the metric that counts admitted, metered calls.
pub const API_CALLS: &str = "api_calls";
/// The name of the metric that counts the rows of analysed files.
pub const ROWS_ANALYZED: &str = "rows_analyzed";

const DAY_MS: i64 = 86_400_000;

/// When a counter starts again from zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reset {
    /// At midnight UTC.
    Daily,
    /// At midnight UTC of the first of the month.
    Monthly,
    /// Never.
    Never,
}

/// A stretch of time that one counter is about: from `start_ms`, up to but without `end_ms`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The first millisecond that belongs to it.
    pub start_ms: i64,
    /// The first millisecond that doesn't; none for a counter that never resets.
    pub end_ms: Option<i64>,
}

impl Reset {
    /// The name in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::Monthly => "monthly",
            Self::Never => "never",
        }
    }

    /// The reset of that name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Daily, Self::Monthly, Self::Never].into_iter().find(|reset| reset.as_str() == text)
    }

    /// The period that `at_ms` (milliseconds since 1970, UTC) lies in.
    #[must_use]
    pub fn period(self, at_ms: i64) -> Period {
        match self {
            Self::Daily => {
                let start_ms = at_ms.div_euclid(DAY_MS) * DAY_MS;
                Period { start_ms, end_ms: Some(start_ms + DAY_MS) }
            }
            Self::Monthly => {
                Period { start_ms: first_of_month_ms(at_ms, 0), end_ms: Some(first_of_month_ms(at_ms, 1)) }
            }
            Self::Never => Period { start_ms: 0, end_ms: None },
        }
    }
}

/// Midnight UTC of a day that is written `YYYY-MM-DD`; none for what is no day.
#[must_use]
pub fn day_start_ms(text: &str) -> Option<i64> {
    let is_written =
        |(at, byte): (usize, u8)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() };
    if text.len() != 10 || !text.bytes().enumerate().all(is_written) {
        return None;
    }
    let (year, month, day) = (text[..4].parse().ok()?, text[5..7].parse().ok()?, text[8..].parse().ok()?);
    Some(NaiveDate::from_ymd_opt(year, month, day)?.and_time(NaiveTime::MIN).and_utc().timestamp_millis())
}

/// Midnight UTC of the first day of the month, `months_later` months after the one of `at_ms`.
fn first_of_month_ms(at_ms: i64, months_later: u32) -> i64 {
    DateTime::from_timestamp_millis(at_ms)
        .and_then(|at| at.date_naive().with_day(1))
        .and_then(|first| first.checked_add_months(Months::new(months_later)))
        .map_or(at_ms, |first| first.and_time(NaiveTime::MIN).and_utc().timestamp_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAP_DAY_2028: i64 = 1_835_395_200_000; // 2028-02-29T00:00:00Z

    #[test]
    fn a_day_is_written_in_one_way() {
        assert_eq!(day_start_ms("2028-02-29"), Some(LEAP_DAY_2028));
        assert_eq!(day_start_ms("1970-01-01"), Some(0));
        for other in
            ["", "2029-02-29", "2028-2-29", "+028-02-29", "2028/02/29", "2028-02-29T", "2028-02-2\u{661}"]
        {
            assert_eq!(day_start_ms(other), None, "{other}");
        }
    }

    #[test]
    fn a_month_ends_where_the_next_begins_in_leap_years_too() {
        let february = Reset::Monthly.period(LEAP_DAY_2028 + 1);
        assert_eq!(february.start_ms, 1_832_976_000_000); // 2028-02-01
        assert_eq!(february.end_ms, Some(1_835_481_600_000)); // 2028-03-01
        let march = Reset::Monthly.period(1_835_481_600_000);
        assert_eq!(Some(march.start_ms), february.end_ms);
    }

    #[test]
    fn december_is_followed_by_january() {
        let december = Reset::Monthly.period(1_893_455_999_999); // 2029-12-31T23:59:59.999Z
        assert_eq!(december.end_ms, Some(1_893_456_000_000)); // 2030-01-01
    }

    #[test]
    fn every_instant_lies_in_its_own_period() {
        for day in 0..40_000_i64 {
            let at_ms = day * DAY_MS + 12_345;
            for reset in [Reset::Daily, Reset::Monthly] {
                let period = reset.period(at_ms);
                assert!(period.start_ms <= at_ms && Some(at_ms) < period.end_ms, "{reset:?} {day}");
            }
        }
    }
}
