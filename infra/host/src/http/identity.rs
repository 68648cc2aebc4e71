//! Who a request is: its id and its place in a trace.

use std::time::SystemTime;

use http::{HeaderMap, HeaderName, HeaderValue};
use insula_domain::trace::{is_request_id, parse_traceparent};
use insula_domain::type_id;

/// `x-request-id`
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// `traceparent`
pub const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
/// `tracestate`
pub const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");

/// The id and the trace of one request.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The caller's id when it was well formed, else `req_…`.
    pub request_id: String,
    /// 32 hexadecimal digits.
    pub trace_id: String,
    sampled: bool,
    /// Whether the trace is the caller's.
    continued: bool,
}

impl Identity {
    /// Takes what the caller sent and is well formed, and makes the rest.
    #[must_use]
    pub fn of(headers: &HeaderMap, now: SystemTime) -> Self {
        let request_id = headers
            .get(X_REQUEST_ID)
            .and_then(|value| value.to_str().ok())
            .filter(|text| is_request_id(text))
            .map_or_else(|| new_request_id(now), str::to_owned);
        let parent =
            headers.get(TRACEPARENT).and_then(|value| value.to_str().ok()).and_then(parse_traceparent);
        let continued = parent.is_some();
        let (trace_id, sampled) = parent.unwrap_or_else(new_trace);
        Self { request_id, trace_id, sampled, continued }
    }

    /// Puts both into the headers that a component sees.
    pub fn pass_down(&self, headers: &mut HeaderMap) {
        if !self.continued {
            // It belongs to a trace that was not understood.
            headers.remove(TRACESTATE);
        }
        if let Ok(value) = HeaderValue::from_str(&self.request_id) {
            headers.insert(X_REQUEST_ID, value);
        }
        let mut parent = String::with_capacity(55);
        parent.push_str("00-");
        parent.push_str(&self.trace_id);
        parent.push('-');
        push_hex(&mut parent, &fastrand::u64(1..).to_be_bytes());
        parent.push_str(if self.sampled { "-01" } else { "-00" });
        if let Ok(value) = HeaderValue::from_str(&parent) {
            headers.insert(TRACEPARENT, value);
        }
    }
}

fn new_trace() -> (String, bool) {
    let mut id = String::with_capacity(32);
    push_hex(&mut id, &fastrand::u128(1..).to_be_bytes());
    (id, false)
}

/// A TypeID, as the components' are: they sort by the time.
fn new_request_id(now: SystemTime) -> String {
    let since = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let millis = u64::try_from(since.as_millis()).unwrap_or_default();
    let random = fastrand::u128(..).to_be_bytes();
    let mut tail = [0; 10];
    tail.copy_from_slice(&random[..10]);
    let id = uuid::Builder::from_unix_timestamp_millis(millis, &tail).into_uuid();
    format!("req_{}", type_id::encode(id.as_u128()))
}

fn push_hex(text: &mut String, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn identity(name: HeaderName, value: &str) -> Identity {
        let headers = HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())]);
        Identity::of(&headers, SystemTime::UNIX_EPOCH)
    }

    #[test]
    fn a_well_formed_request_id_is_kept_and_any_other_replaced() {
        assert_eq!(identity(X_REQUEST_ID, "job-7.a_B").request_id, "job-7.a_B");
        for bad in ["", "a b", "ä", "a/b", &"x".repeat(65)] {
            let made = identity(X_REQUEST_ID, bad).request_id;
            let suffix = made.strip_prefix("req_").and_then(type_id::decode);
            assert!(suffix.is_some(), "{bad:?} gave {made}");
        }
    }

    #[test]
    fn a_valid_traceparent_keeps_its_trace() {
        let seen = identity(TRACEPARENT, PARENT);
        let mut headers = HeaderMap::new();
        seen.pass_down(&mut headers);
        let passed = headers[TRACEPARENT].to_str().unwrap();

        assert_eq!(seen.trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");
        assert!(passed.starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-") && passed.ends_with("-01"));
        assert!(!passed.contains("00f067aa0ba902b7"), "the component is a new span");
        assert!(parse_traceparent(passed).is_some());
    }

    #[test]
    fn an_invalid_traceparent_begins_a_new_trace() {
        let mut headers = HeaderMap::from_iter([(TRACESTATE, HeaderValue::from_static("vendor=1"))]);
        identity(TRACEPARENT, "nonsense").pass_down(&mut headers);
        assert!(!headers.contains_key(TRACESTATE), "the state of a trace goes with it");
    }
}
