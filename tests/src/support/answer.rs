//! An answer, with assertions that show all of it when they fail.

use bytes::Bytes;
use http::HeaderMap;
use serde_json::Value;

use super::contract;

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What was asked, for messages.
    pub asked: String,
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Answer {
    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    #[track_caller]
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("no JSON ({error}): {self}"))
    }

    /// A header, empty if it is absent.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Sees that the status is this one.
    #[track_caller]
    #[must_use]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self}");
        self
    }

    /// Sees that it is a problem of this status and kind, and returns it.
    #[track_caller]
    pub fn problem(&self, status: u16, slug: &str) -> Value {
        assert_eq!(self.status, status, "{self}");
        assert_eq!(self.header("content-type"), "application/problem+json", "{self}");
        let body = self.json();
        assert_eq!(body["type"], format!("/problems/{slug}"), "{self}");
        assert_eq!(body["status"], status, "{self}");
        if status == 401 {
            assert!(!self.header("www-authenticate").is_empty(), "{self}");
        }
        if status == 429 {
            for name in ["ratelimit-policy", "ratelimit"] {
                assert_eq!(self.headers.get_all(name).iter().count(), 1, "{name}: {self}");
            }
            for name in ["limit", "used", "reset_at"] {
                assert!(!body[name].is_null(), "no {name}: {self}");
            }
            assert_eq!(self.header("retry-after"), body["retry_after"].to_string(), "{self}");
        }
        contract::seen(body["type"].as_str().unwrap_or_default());
        body
    }

    /// Sees that it is a 422 about this field with this code.
    #[track_caller]
    pub fn invalid(&self, pointer: &str, code: &str) {
        let body = self.problem(422, "invalid");
        let errors = body["errors"].as_array().cloned().unwrap_or_default();
        let found = errors.iter().any(|error| error["pointer"] == pointer && error["code"] == code);
        assert!(found, "no {code} at {pointer}: {self}");
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} → {}\n{:?}\n{}", self.asked, self.status, self.headers, self.text())
    }
}
