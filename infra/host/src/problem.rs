//! The problems that the host itself answers with: RFC 9457, never with anything of the inside.

use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, Response, StatusCode};
use serde::Serialize;

use crate::http::body::{Body, full};
use crate::http::identity::Identity;

/// One row of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// The status of the answer.
    pub status: u16,
    /// The end of the `type` URI; as stable as a route.
    pub slug: &'static str,
    /// One title for the kind, never for the occurrence.
    pub title: &'static str,
    /// What it means and what to do about it, for the problem's page; none where the components' page of the same slug
    /// says it.
    pub explanation: Option<&'static str>,
}

/// The request cannot be understood.
pub const BAD_REQUEST: Kind = Kind {
    status: 400,
    slug: "bad-request",
    title: "The request cannot be understood",
    explanation: Some(
        "The request line or the Host header is not valid HTTP. Send one Host that is a name or an address.",
    ),
};
/// There is no route for the path.
pub const NOT_FOUND: Kind = Kind { status: 404, slug: "not-found", title: "Not found", explanation: None };
/// The body stopped arriving, or arrives too slowly.
pub const BODY_TIMEOUT: Kind = Kind {
    status: 408,
    slug: "body-timeout",
    title: "The body did not arrive",
    explanation: Some(
        "The server waited for the rest of the request's body and got nothing for too long, or less than it waits for. \
         Send the request again over a connection that holds.",
    ),
};
/// The body is too long.
pub const PAYLOAD_TOO_LARGE: Kind =
    Kind { status: 413, slug: "payload-too-large", title: "The body is too large", explanation: None };
/// A component failed.
pub const INTERNAL: Kind =
    Kind { status: 500, slug: "internal", title: "Something went wrong", explanation: None };
/// The host has as much to do as it takes on.
pub const OVERLOADED: Kind = Kind {
    status: 503,
    slug: "overloaded",
    title: "The server is busy",
    explanation: Some(
        "More requests came than the server takes on at once, from all or from one address. Wait as long as \
         Retry-After says, then try again.",
    ),
};
/// A component took too long.
pub const TIMEOUT: Kind = Kind {
    status: 504,
    slug: "timeout",
    title: "The request took too long",
    explanation: Some(
        "The request was stopped at the server's time limit. It may or may not have had an effect; repeat it with \
         the same Idempotency-Key.",
    ),
};

/// Every problem that the host sends, by status.
pub const KINDS: &[Kind] =
    &[BAD_REQUEST, NOT_FOUND, BODY_TIMEOUT, PAYLOAD_TOO_LARGE, INTERNAL, OVERLOADED, TIMEOUT];

#[derive(Serialize)]
struct Document<'a> {
    #[serde(rename = "type")]
    kind: String,
    title: &'a str,
    status: u16,
    instance: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace_id: Option<&'a str>,
}

/// The answer for a problem; a 5xx carries the trace id, `overloaded` how long to wait, `payload-too-large` how much a
/// body may have.
#[must_use]
pub fn respond(kind: &Kind, identity: &Identity, body_limit_bytes: u64) -> Response<Body> {
    let retry_after = (kind.slug == OVERLOADED.slug).then_some(1);
    let document = Document {
        kind: format!("/problems/{}", kind.slug),
        title: kind.title,
        status: kind.status,
        instance: format!("urn:insula:request:{}", identity.request_id),
        retry_after,
        limit_bytes: (kind.slug == PAYLOAD_TOO_LARGE.slug).then_some(body_limit_bytes),
        trace_id: (kind.status >= 500).then_some(&identity.trace_id),
    };
    let text = serde_json::to_vec(&document).unwrap_or_default();
    let length = HeaderValue::from(text.len());
    let mut response = Response::new(full(text));
    *response.status_mut() = StatusCode::from_u16(kind.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(CONTENT_LENGTH, length);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Some(seconds) = retry_after {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use http::HeaderMap;
    use http_body_util::BodyExt;

    use super::*;

    #[tokio::test]
    async fn every_problem_says_what_it_is_and_how_long_it_is() {
        let identity = Identity::of(&HeaderMap::new(), SystemTime::UNIX_EPOCH);
        for kind in KINDS {
            let response = respond(kind, &identity, 77);
            let (head, body) = response.into_parts();
            let text = body.collect().await.unwrap().to_bytes();
            let json: serde_json::Value = serde_json::from_slice(&text).unwrap();

            assert_eq!(head.headers[CONTENT_LENGTH], text.len().to_string());
            assert_eq!(head.headers[CONTENT_TYPE], "application/problem+json");
            assert_eq!(head.headers[CACHE_CONTROL], "no-store");
            assert_eq!(head.headers[X_CONTENT_TYPE_OPTIONS], "nosniff");
            assert_eq!(json.get("limit_bytes").is_some_and(|limit| limit == 77), kind.status == 413);
            assert_eq!(json["type"], format!("/problems/{}", kind.slug));
            assert_eq!(json["status"], head.status.as_u16());
            assert_eq!(json["instance"], format!("urn:insula:request:{}", identity.request_id));
            assert_eq!(json.get("trace_id").is_some(), kind.status >= 500);
            assert_eq!(json.get("retry_after").is_some(), head.headers.contains_key(RETRY_AFTER));
        }
    }

    #[test]
    fn slugs_are_unique() {
        let slugs: std::collections::BTreeSet<_> = KINDS.iter().map(|kind| kind.slug).collect();
        assert_eq!(slugs.len(), KINDS.len());
    }
}
