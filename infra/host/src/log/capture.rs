//! A log that tests can read.

use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use super::{Entry, LogSink, json};

/// Keeps every line in memory.
#[derive(Debug, Default)]
pub struct CapturedLog(Mutex<Vec<String>>);

impl CapturedLog {
    /// The JSON lines so far.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The lines so far as JSON.
    #[must_use]
    pub fn entries(&self) -> Vec<Value> {
        self.lines().iter().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// Forgets what it has.
    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl LogSink for CapturedLog {
    fn write(&self, entry: &Entry<'_>) {
        let line = String::from_utf8_lossy(&json::line(entry)).trim_end().to_owned();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }
}
