//! Who a request is: its id and its place in a trace.

use std::time::SystemTime;

use http::{HeaderMap, HeaderName, HeaderValue};

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

/// Whether a caller's request id is taken over: `[A-Za-z0-9._-]{1,64}`.
#[must_use]
pub fn is_request_id(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=64).contains(&text.len()) && text.bytes().all(plain)
}

/// The trace id and whether the caller records it; none when the header is not version 00 as
/// W3C defines it, or a later version that begins like it.
#[must_use]
pub fn parse_traceparent(text: &str) -> Option<(String, bool)> {
    let field = |from: usize, to: usize| text.get(from..to);
    let lower_hex = |part: &str| part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let (version, trace, parent, flags) = (field(0, 2)?, field(3, 35)?, field(36, 52)?, field(53, 55)?);
    let dashes = [2, 35, 52].iter().all(|at| text.as_bytes().get(*at) == Some(&b'-'));
    let ended = text.len() == 55 || (version != "00" && text.as_bytes().get(55) == Some(&b'-'));
    let digits = [version, trace, parent, flags].into_iter().all(lower_hex);
    let zero = |part: &str| part.bytes().all(|byte| byte == b'0');
    if !dashes || !ended || !digits || version == "ff" || zero(trace) || zero(parent) {
        return None;
    }
    let sampled = u8::from_str_radix(flags, 16).is_ok_and(|bits| bits & 1 == 1);
    Some((trace.to_owned(), sampled))
}

fn new_trace() -> (String, bool) {
    let mut id = String::with_capacity(32);
    push_hex(&mut id, &fastrand::u128(1..).to_be_bytes());
    (id, false)
}

fn new_request_id(now: SystemTime) -> String {
    let since = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let millis = u64::try_from(since.as_millis()).unwrap_or_default();
    let random = fastrand::u128(..).to_be_bytes();
    let mut tail = [0; 10];
    tail.copy_from_slice(&random[..10]);
    let id = uuid::Builder::from_unix_timestamp_millis(millis, &tail).into_uuid();
    let mut text = String::with_capacity(36);
    text.push_str("req_");
    push_hex(&mut text, id.as_bytes());
    text
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
            assert!(made.starts_with("req_") && made.len() == 36, "{bad:?} gave {made}");
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
        let zeroes = format!("00-{}-00f067aa0ba902b7-01", "0".repeat(32));
        let longer = format!("{PARENT}-x");
        let upper = PARENT.to_uppercase();
        let mut headers = HeaderMap::from_iter([(TRACESTATE, HeaderValue::from_static("vendor=1"))]);
        identity(TRACEPARENT, "nonsense").pass_down(&mut headers);
        assert!(!headers.contains_key(TRACESTATE), "the state of a trace goes with it");
        for bad in ["", "00", &zeroes, &longer, &upper, &PARENT.replacen("00", "ff", 1)] {
            assert_eq!(parse_traceparent(bad), None, "{bad}");
        }
        assert!(parse_traceparent(&longer.replacen("00", "01", 1)).is_some(), "later versions may be longer");
    }
}
