//! Lines for people.

use std::fmt::Write;

use super::writer::Writer;
use super::{Entry, LogSink, json};

/// Writes short lines to the standard output.
#[derive(Debug)]
pub struct PrettyLog(Writer);

impl PrettyLog {
    /// A log on the standard output.
    #[must_use]
    pub fn stdout() -> Self {
        Self(Writer::stdout())
    }
}

impl LogSink for PrettyLog {
    fn write(&self, entry: &Entry<'_>) {
        self.0.send(line(entry).into_bytes());
    }

    fn flush(&self) {
        self.0.flush();
    }
}

fn line(entry: &Entry<'_>) -> String {
    let time = json::format_time(entry.time);
    let clock = time.get(11..23).unwrap_or(&time);
    // Writing to a `String` cannot fail.
    let mut line = format!("{clock} {:5}", entry.level.name());
    if let Some(outcome) = &entry.outcome {
        let route = outcome.route.unwrap_or("(no route)");
        let _ = write!(line, " {} {} {route}", outcome.status, outcome.method);
        let _ = write!(line, " {:.1} ms, {} bytes", outcome.latency_ms, outcome.bytes);
    }
    if let Some(message) = entry.message {
        let _ = write!(line, " {message}");
    }
    if let Some(component) = entry.component {
        let _ = write!(line, " [{component}]");
    }
    for (name, value) in entry.fields.into_iter().flatten() {
        let _ = write!(line, " {name}={value}");
    }
    if let Some(id) = entry.request_id {
        let _ = write!(line, " {id}");
    }
    line.push('\n');
    line
}
