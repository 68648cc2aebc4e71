//! One JSON object per line.

use std::time::SystemTime;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serializer;

use super::writer::Writer;
use super::{Entry, LogSink};

/// Writes JSON lines to the standard output.
#[derive(Debug)]
pub struct JsonLog(Writer);

impl JsonLog {
    /// A log on the standard output.
    #[must_use]
    pub fn stdout() -> Self {
        Self(Writer::stdout())
    }
}

impl LogSink for JsonLog {
    fn write(&self, entry: &Entry<'_>) {
        self.0.send(line(entry));
    }

    fn flush(&self) {
        self.0.flush();
    }
}

/// An entry as one line, with its end.
pub(super) fn line(entry: &Entry<'_>) -> Vec<u8> {
    let mut line = Vec::with_capacity(256);
    if serde_json::to_writer(&mut line, entry).is_err() {
        line.clear();
    }
    line.push(b'\n');
    line
}

/// RFC 3339, UTC, milliseconds.
pub(super) fn format_time(time: SystemTime) -> String {
    DateTime::<Utc>::from(time).to_rfc3339_opts(SecondsFormat::Millis, true)
}

pub(super) fn time<S: Serializer>(time: &SystemTime, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&format_time(*time))
}
