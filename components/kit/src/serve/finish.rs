//! The last step of every answer: the headers that all of them carry, and what is logged of a failure.

use bytes::Bytes;
use http::HeaderMap;
use insula_domain::trace::{is_request_id, parse_traceparent};

use crate::id::RequestId;
use crate::log;
use crate::problem::Problem;
use crate::response::{Outgoing, Response};
use crate::time::Timestamp;

/// The ids that an answer and its log lines carry.
#[derive(Clone, Debug)]
pub struct Ids {
    /// `X-Request-Id`: the host's or the caller's, else one of our own.
    pub request: String,
    /// The trace of W3C `traceparent`, else the request's id.
    pub trace: String,
}

/// The answer to a request that is refused; a failure of ours is logged.
#[must_use]
pub fn refuse(problem: Problem, ids: &Ids, head: bool) -> http::Response<Outgoing> {
    finish(said(problem, ids), ids, head)
}

/// What is said of a problem.
pub(super) fn said(problem: Problem, ids: &Ids) -> Response {
    if problem.kind().status >= 500 {
        log::failure(&ids.request, &ids.trace, problem.kind().slug, problem.source());
    }
    problem.into_response(&ids.request, &ids.trace)
}

impl Ids {
    /// The host sets both headers; where it doesn't, the request gets an id of its own.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let request =
            text("x-request-id").filter(|id| is_request_id(id)).map_or_else(new_request_id, str::to_owned);
        let trace = text("traceparent").and_then(parse_traceparent);
        let trace = trace.map_or_else(|| request.clone(), |(trace, _)| trace);
        Self { request, trace }
    }
}

fn new_request_id() -> String {
    let mut random = [0; 10];
    let _ = getrandom::fill(&mut random);
    RequestId::new(Timestamp::now(), random).to_string()
}

/// The status has been sent: what is wrong now stands only in the log.
fn broke_off(problem: &Problem, request_id: &str) {
    log::failure(request_id, request_id, problem.kind().slug, problem.source());
}

/// Makes it an answer.
pub(super) fn finish(response: Response, ids: &Ids, head: bool) -> http::Response<Outgoing> {
    let length = response.body.len();
    let has_body = response.status != 204 && response.status != 304;
    let response = response.header("x-request-id", &ids.request).header("x-content-type-options", "nosniff");
    let response =
        if response.has("cache-control") { response } else { response.header("cache-control", "no-store") };
    let is_whole = response.rest.is_none();
    let response =
        if has_body && is_whole { response.header("content-length", &length.to_string()) } else { response };
    let (body, rest) = if head || !has_body { (Bytes::new(), None) } else { (response.body, response.rest) };
    let mut answer = http::Response::new(Outgoing::new(body, rest, &ids.request, broke_off));
    *answer.status_mut() = http::StatusCode::from_u16(response.status).unwrap_or_default();
    for (name, value) in response.headers {
        if let (Ok(name), Ok(value)) = (http::HeaderName::try_from(name), http::HeaderValue::try_from(value))
        {
            answer.headers_mut().append(name, value);
        }
    }
    answer
}
