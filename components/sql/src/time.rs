//! Points in time: milliseconds since 1970 in storage, RFC 3339 UTC in JSON.

use chrono::{DateTime, SecondsFormat};
use serde::{Serialize, Serializer};

/// A point in time, to the millisecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The point `ms` milliseconds after 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_ms(ms: i64) -> Self {
        Self(ms)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn as_ms(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970-01-01T00:00:00Z, as tokens count.
    #[must_use]
    pub const fn as_seconds(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    /// The point `ms` milliseconds later.
    #[must_use]
    pub const fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// What the system's clock shows now.
    #[must_use]
    pub fn now() -> Self {
        #[expect(clippy::disallowed_methods, reason = "the one place that asks for the time")]
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Self(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    /// Reads RFC 3339, in any offset; what is finer than a millisecond is left out. None for what is no time.
    #[must_use]
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        DateTime::parse_from_rfc3339(text).ok().map(|time| Self(time.timestamp_millis()))
    }

    /// RFC 3339 in UTC with a `Z`: with milliseconds, unless they are zero.
    #[must_use]
    pub fn to_rfc3339(self) -> String {
        let format = if self.0 % 1_000 == 0 { SecondsFormat::Secs } else { SecondsFormat::Millis };
        self.format(format)
    }

    /// The same, always with milliseconds: what is hashed is written in one way.
    #[must_use]
    pub fn to_rfc3339_ms(self) -> String {
        self.format(SecondsFormat::Millis)
    }

    fn format(self, format: SecondsFormat) -> String {
        DateTime::from_timestamp_millis(self.0).unwrap_or_default().to_rfc3339_opts(format, true)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_rfc3339())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_in_any_offset_and_never_without_one() {
        let read = |text| Timestamp::parse_rfc3339(text).map(Timestamp::as_ms);
        for text in ["2030-01-01T00:00:00Z", "2030-01-01T01:30:00.0009+01:30"] {
            assert_eq!(read(text), Some(1_893_456_000_000), "{text}");
        }
        for text in ["", "2030-01-01", "2030-01-01T00:00:00", "2030-13-01T00:00:00Z", "1893456000"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn times_are_rfc_3339_in_utc() {
        assert_eq!(Timestamp::from_ms(1_893_456_000_000).to_rfc3339(), "2030-01-01T00:00:00Z");
        assert_eq!(Timestamp::from_ms(1_893_456_000_007).to_rfc3339(), "2030-01-01T00:00:00.007Z");
        assert_eq!(Timestamp::from_ms(1_893_456_000_000).to_rfc3339_ms(), "2030-01-01T00:00:00.000Z");
    }
}
