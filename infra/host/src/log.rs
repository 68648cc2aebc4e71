//! Logs: one line per request, per line that a component writes, per event of the host.
//!
//! A line has ids, names, routes as patterns, numbers. It never has a path, a query, a header, a
//! body or a variable's value.

mod capture;
mod guest;
mod json;
mod pretty;
mod writer;

use std::time::SystemTime;

use serde::Serialize;

pub use capture::CapturedLog;
pub(crate) use guest::GuestOutput;
pub use json::JsonLog;
pub use pretty::PrettyLog;

/// Where log entries go.
pub trait LogSink: Send + Sync {
    /// Takes an entry; must not wait for anything.
    fn write(&self, entry: &Entry<'_>);

    /// Returns once everything taken so far is out.
    fn flush(&self) {}
}

/// How much an entry matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// All is well.
    Info,
    /// Something to look at.
    Warn,
    /// Something failed.
    Error,
}

impl Level {
    /// As it is written.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// One line of the log.
#[derive(Debug, Serialize)]
pub struct Entry<'a> {
    /// When.
    #[serde(serialize_with = "json::time")]
    pub time: SystemTime,
    /// How much it matters.
    pub level: Level,
    /// What happened; absent on request lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<&'a str>,
    /// The request it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<&'a str>,
    /// The trace it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<&'a str>,
    /// The component it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub component: Option<&'a str>,
    /// What a finished request was.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome<'a>>,
    /// What a component wrote as a JSON object, without the keys above.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub fields: Option<&'a serde_json::Map<String, serde_json::Value>>,
}

/// How a request ended.
#[derive(Debug, Clone, Serialize)]
pub struct Outcome<'a> {
    /// The method.
    pub method: &'a str,
    /// The route's pattern, not the path; absent when there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route: Option<&'a str>,
    /// The status of the answer.
    pub status: u16,
    /// From the first byte of the request's head to the head of the answer.
    pub latency_ms: f64,
    /// The length of the answer's body.
    pub bytes: u64,
}

impl<'a> Entry<'a> {
    /// An entry about the host itself.
    #[must_use]
    pub fn host(time: SystemTime, level: Level, message: &'a str) -> Self {
        Self {
            time,
            level,
            message: Some(message),
            request_id: None,
            trace_id: None,
            component: None,
            outcome: None,
            fields: None,
        }
    }
}
