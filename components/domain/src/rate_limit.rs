//! A rate limit as people write it: `100/minute`.

use std::fmt;

use crate::bucket::{MINUTE_MS, Rate};

/// So many calls a second, minute, hour or day, also all at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    calls: i64,
    window: Window,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Window {
    Second,
    Minute,
    Hour,
    Day,
}

impl Window {
    const ALL: [Self; 4] = [Self::Second, Self::Minute, Self::Hour, Self::Day];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Second => "second",
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }

    const fn ms(self) -> i64 {
        match self {
            Self::Second => 1_000,
            Self::Minute => MINUTE_MS,
            Self::Hour => 60 * MINUTE_MS,
            Self::Day => 24 * 60 * MINUTE_MS,
        }
    }
}

impl RateLimit {
    /// Reads `<calls>/<second|minute|hour|day>`, with 1 to [`Rate::MAX`] calls in plain digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (calls, window) = text.split_once('/')?;
        let plain = !calls.starts_with('0') && calls.bytes().all(|byte| byte.is_ascii_digit());
        let calls = calls.parse().ok().filter(|calls| plain && (1..=Rate::MAX).contains(calls))?;
        Window::ALL.into_iter().find(|known| known.as_str() == window).map(|window| Self { calls, window })
    }

    /// The limit as stored: calls and the window's milliseconds. None for what no limit is stored as.
    #[must_use]
    pub fn stored(calls: i64, window_ms: i64) -> Option<Self> {
        Window::ALL.into_iter().find(|known| known.ms() == window_ms).map(|window| Self { calls, window })
    }

    /// What the bucket is filled with.
    #[must_use]
    pub const fn rate(self) -> Rate {
        Rate::evenly(self.calls, self.window.ms())
    }
}

impl fmt::Display for RateLimit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.calls, self.window.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_read_and_written_and_stored_alike() {
        for text in ["1/second", "100/minute", "5000/hour", "1000000/day"] {
            let limit = RateLimit::parse(text).unwrap();
            assert_eq!(limit.to_string(), text);
            assert_eq!(RateLimit::stored(limit.rate().calls, limit.rate().window_ms), Some(limit));
        }
        assert_eq!(RateLimit::parse("100/minute").map(RateLimit::rate), Some(Rate::per_minute(100, 100)));
    }

    #[test]
    fn what_is_no_limit_is_refused() {
        for text in [
            "",
            "/",
            "100",
            "/minute",
            "0/minute",
            "-1/minute",
            "+1/minute",
            "01/minute",
            "1.5/minute",
            "1e3/minute",
            "1/minutes",
            "1/Minute",
            "1 /minute",
            "1/week",
            "1000001/day",
            "99999999999999999999/day",
            "1/minute/2",
        ] {
            assert_eq!(RateLimit::parse(text), None, "{text:?}");
        }
    }
}
