//! The end of a request: what every answer carries, and its line in the log.

use std::sync::Arc;
use std::time::{Duration, Instant};

use http::header::CONTENT_LENGTH;
use http::{HeaderValue, Method, Response};
use http_body::Body as _;
use http_body_util::BodyExt;

use super::{App, Target};
use crate::http::body::{Body, Counted};
use crate::http::identity::{Identity, X_REQUEST_ID};
use crate::log::{Entry, Level, Outcome};
use crate::problem::{self, Kind};

/// A request that has its answer.
pub(super) struct Finished<'a> {
    pub(super) started: Instant,
    pub(super) method: Method,
    pub(super) identity: &'a Identity,
    pub(super) target: Option<Arc<Target>>,
    pub(super) result: Result<Response<Body>, &'static Kind>,
}

impl App {
    /// Turns a failure into its problem, adds the request id, logs.
    pub(super) fn finish(&self, finished: Finished<'_>) -> Response<Body> {
        let Finished { started, method, identity, target, result } = finished;
        let mut response =
            result.unwrap_or_else(|kind| problem::respond(kind, identity, self.body_limit_bytes));
        if !response.headers().contains_key(X_REQUEST_ID)
            && let Ok(id) = HeaderValue::from_str(&identity.request_id)
        {
            response.headers_mut().insert(X_REQUEST_ID, id);
        }
        let line = Line {
            latency: started.elapsed(),
            status: response.status().as_u16(),
            method,
            identity: identity.clone(),
            target,
        };
        match known_length(&line.method, &response) {
            Some(bytes) => {
                self.log(&line, bytes);
                response
            }
            // Only its end tells how long a streamed answer is.
            None => {
                let settings = self.settings.clone();
                let report = move |bytes| line.write(&settings, bytes);
                response.map(|body| Counted::new(body, report).boxed_unsync())
            }
        }
    }

    fn log(&self, line: &Line, bytes: u64) {
        line.write(&self.settings, bytes);
    }
}

struct Line {
    latency: Duration,
    status: u16,
    method: Method,
    identity: Identity,
    target: Option<Arc<Target>>,
}

impl Line {
    fn write(&self, settings: &crate::Settings, bytes: u64) {
        let target = self.target.as_deref();
        settings.log.write(&Entry {
            time: settings.clock.now(),
            level: if self.status >= 500 { Level::Error } else { Level::Info },
            message: None,
            request_id: Some(&self.identity.request_id),
            trace_id: Some(&self.identity.trace_id),
            component: target.map(|target| target.component.id.as_str()),
            outcome: Some(Outcome {
                method: known_method(&self.method),
                route: target.map(|target| target.route.as_deref().unwrap_or("spin.internal")),
                status: self.status,
                latency_ms: (self.latency.as_secs_f64() * 1e6).round() / 1e3,
                bytes,
            }),
            fields: None,
        });
    }
}

/// A method from outside may be any word, and words from outside are not logged.
fn known_method(method: &Method) -> &str {
    match method.as_str() {
        known @ ("GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS") => known,
        _ => "other",
    }
}

fn known_length(method: &Method, response: &Response<Body>) -> Option<u64> {
    if *method == Method::HEAD {
        return Some(0);
    }
    let said = response.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    said.or_else(|| response.body().size_hint().exact())
}
