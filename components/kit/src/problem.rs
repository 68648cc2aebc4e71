//! The one error body that this system sends: an RFC 9457 problem.
//!
//! `type` and `title` come from a [`Kind`] and never vary. `detail`, `errors` and further members are written for
//! the client. Everything else stays in `source`, which is logged once, by `serve`, and is never serialised.
//! `type` is a reference relative to the server (`/problems/invalid`), so it is the same everywhere and resolves to
//! a page of the server that sent it.

use std::error::Error as StdError;

use serde_json::{Map, Value, json};

use crate::config::Unreadable;
use crate::response::Response;
use crate::sql;
use crate::validate::FieldError;

/// One row of the public catalogue of errors: `GET /problems/{slug}` shows them.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// The status that it is sent with.
    pub status: u16,
    /// The last part of its `type`.
    pub slug: &'static str,
    /// What happened, in a few words that never vary.
    pub title: &'static str,
    /// What it means and what to do.
    pub about: &'static str,
}

/// Declares kinds of problems, and `KINDS`, the list of them. The doc comment is the public explanation.
#[macro_export]
macro_rules! catalogue {
    ($($(#[doc = $about:literal])+ $name:ident = $status:literal $slug:literal $title:literal;)+) => {
        $(
            $(#[doc = $about])+
            pub static $name: $crate::problem::Kind = $crate::problem::Kind {
                status: $status, slug: $slug, title: $title, about: concat!($($about),+),
            };
        )+
        /// Every kind of this list.
        pub static KINDS: &[&$crate::problem::Kind] = &[$(&$name),+];
    };
}

catalogue! {
    /// The server was given no master key that opens what it has to open: none, one that is too short, or another one than
    /// what is stored was sealed with. Its log says which. Whoever operates it can give it the right one.
    MASTER_KEY_UNUSABLE = 503 "master-key-unusable" "The server's master key is of no use";
    /// The body is not what its media type says, for example not JSON. Correct it and send it again.
    MALFORMED = 400 "malformed" "The request is malformed";
    /// No credential was sent, or it proves nothing: it is unknown, expired or revoked. Log in again, or use another key.
    UNAUTHENTICATED = 401 "unauthenticated" "Authentication is required";
    /// The caller is known and may not do this. Its role, or the scopes of its key, don't allow it.
    FORBIDDEN = 403 "forbidden" "The caller may not do this";
    /// The tenant is suspended. Its owner can find out why.
    TENANT_SUSPENDED = 403 "tenant-suspended" "The tenant is suspended";
    /// The tenant demands a second factor of its members, and the person has none. It can log in without naming the
    /// tenant, and get one.
    SECOND_FACTOR_ENROLMENT_REQUIRED = 403 "second-factor-enrolment-required" "The tenant demands a second factor";
    /// There is no such thing, or the caller may not know of it.
    NOT_FOUND = 404 "not-found" "Not found";
    /// The resource exists and doesn't know this method. `Allow` names those that it knows.
    METHOD_NOT_ALLOWED = 405 "method-not-allowed" "The method is not allowed";
    /// The person is a member of the tenant already. Change its role instead.
    ALREADY_MEMBER = 409 "already-member" "The person is a member already";
    /// The tenant has as many members as its plan allows. Remove one, or change the plan.
    MEMBER_LIMIT = 409 "member-limit" "The plan has no room for another member";
    /// `If-Match` names another version of the resource. Read it again.
    STALE = 412 "stale" "The resource has changed";
    /// The body is larger than this operation accepts; `limit_bytes` says how much that is.
    PAYLOAD_TOO_LARGE = 413 "payload-too-large" "The body is too large";
    /// The operation doesn't read this media type; `detail` names the one it reads.
    UNSUPPORTED_MEDIA_TYPE = 415 "unsupported-media-type" "The media type is not supported";
    /// The request is well-formed and breaks a rule; `errors` names every field with the reason.
    INVALID = 422 "invalid" "The input is not valid";
    /// The same `Idempotency-Key` came with another body. Use a new key for a new request.
    IDEMPOTENCY_KEY_REUSED = 422 "idempotency-key-reused" "The idempotency key was used for another request";
    /// Calls come faster than the plan allows. Wait for `retry_after` seconds.
    RATE_LIMITED = 429 "rate-limited" "Too many requests";
    /// What the plan includes is used up until `reset_at`. Wait, or change the plan.
    QUOTA_EXCEEDED = 429 "quota-exceeded" "The quota is used up";
    /// A bug of ours. The log has more under the `trace_id`.
    INTERNAL = 500 "internal" "Something went wrong";
    /// A dependency is down or busy. Try again after `retry_after` seconds.
    UNAVAILABLE = 503 "unavailable" "Try again later";
    /// The database's schema is older than this release needs. The operator migrates it: POST /internal/migrate.
    NOT_MIGRATED = 503 "not-migrated" "The database is not migrated";
}

/// A refusal or failure on its way to the client.
#[derive(Debug)]
pub struct Problem {
    kind: &'static Kind,
    detail: Option<String>,
    errors: Vec<FieldError>,
    members: Map<String, Value>,
    headers: Vec<(&'static str, String)>,
    source: Option<Box<dyn StdError>>,
}

impl Problem {
    /// A problem of that kind, with nothing more to say.
    #[must_use]
    pub fn new(kind: &'static Kind) -> Self {
        Self {
            kind,
            detail: None,
            errors: Vec::new(),
            members: Map::new(),
            headers: Vec::new(),
            source: None,
        }
    }

    /// A problem of that kind, which is a 401 and so says how to prove who is calling (RFC 9110, 15.5.2).
    #[must_use]
    pub fn challenge(kind: &'static Kind) -> Self {
        Self::new(kind).header("www-authenticate", "Bearer realm=\"insula\"")
    }

    /// Adds a sentence about this occurrence, for the client.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Adds a field that is wrong.
    #[must_use]
    pub fn at(mut self, error: FieldError) -> Self {
        self.errors.push(error);
        self
    }

    /// Adds a member of the problem's type.
    #[must_use]
    pub fn member(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.insert(name.to_owned(), value.into());
        self
    }

    /// Adds a header of the answer.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Adds to a header of the answer that is a list: behind what it has already.
    #[must_use]
    pub(crate) fn listed(mut self, name: &'static str, value: &str) -> Self {
        match self.headers.iter_mut().find(|(other, _)| *other == name) {
            Some((_, list)) => *list = format!("{list}, {value}"),
            None => self.headers.push((name, value.to_owned())),
        }
        self
    }

    /// Tells the client when to try again: `Retry-After` and the member `retry_after`, in seconds.
    #[must_use]
    pub fn retry_after(self, seconds: u64) -> Self {
        self.header("retry-after", seconds.to_string()).member("retry_after", seconds)
    }

    /// Keeps the cause, for the log.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn StdError>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What kind of problem it is.
    #[must_use]
    pub fn kind(&self) -> &'static Kind {
        self.kind
    }

    /// The cause, for the log.
    #[must_use]
    pub fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref()
    }

    /// The answer. Problems of the server carry the trace's id, so that a report leads to the log.
    #[must_use]
    pub fn into_response(self, request_id: &str, trace_id: &str) -> Response {
        let mut body = self.members;
        body.insert("type".to_owned(), json!(format!("/problems/{}", self.kind.slug)));
        body.insert("title".to_owned(), json!(self.kind.title));
        body.insert("status".to_owned(), json!(self.kind.status));
        body.insert("instance".to_owned(), json!(format!("urn:insula:request:{request_id}")));
        if let Some(detail) = self.detail {
            body.insert("detail".to_owned(), json!(detail));
        }
        if !self.errors.is_empty() {
            body.insert("errors".to_owned(), json!(self.errors));
        }
        if self.kind.status >= 500 {
            body.insert("trace_id".to_owned(), json!(trace_id));
        }
        let bytes = Value::Object(body).to_string().into_bytes();
        let mut response = Response::of(self.kind.status, "application/problem+json", bytes);
        for (name, value) in self.headers {
            response = response.header(name, &value);
        }
        response
    }
}

impl From<Vec<FieldError>> for Problem {
    fn from(errors: Vec<FieldError>) -> Self {
        Self { errors, ..Self::new(&INVALID) }
    }
}

impl From<FieldError> for Problem {
    fn from(error: FieldError) -> Self {
        Self::new(&INVALID).at(error)
    }
}

impl From<Unreadable> for Problem {
    fn from(error: Unreadable) -> Self {
        Self::new(&INTERNAL).caused_by(error)
    }
}

impl From<sql::Error> for Problem {
    fn from(error: sql::Error) -> Self {
        match error {
            sql::Error::Busy | sql::Error::Unreachable(_) => {
                Self::new(&UNAVAILABLE).retry_after(1).caused_by(error)
            }
            sql::Error::Refused(_)
            | sql::Error::Statement(_)
            | sql::Error::Decode(_)
            | sql::Error::Elsewhere
            | sql::Error::Foreign => Self::new(&INTERNAL).caused_by(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_unique_and_every_kind_is_explained() {
        for (at, kind) in KINDS.iter().enumerate() {
            assert!(
                !kind.about.is_empty() && kind.about.ends_with(". ") || kind.about.ends_with('.'),
                "{}",
                kind.slug
            );
            assert!(KINDS[at + 1..].iter().all(|other| other.slug != kind.slug), "{}", kind.slug);
        }
    }

    #[test]
    fn the_cause_stays_inside() {
        let problem = Problem::from(sql::Error::Statement("select secret".to_owned()));
        let response = problem.into_response("req_1", "0123");
        let body = String::from_utf8(response.body.to_vec()).unwrap();
        assert!(!body.contains("secret"), "{body}");
        assert!(body.contains("\"trace_id\":\"0123\""), "{body}");
    }
}
