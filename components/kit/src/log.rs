//! Log lines: one JSON object a line on standard error, for the host to add what it knows.
//!
//! A line never holds a secret, a token, an e-mail address, a path with values or a body. Texts of errors come from
//! our own types, which hold none of these.

use std::error::Error;

use serde_json::json;

/// Logs why a request failed, with the whole chain of sources, once.
pub fn failure(request_id: &str, trace_id: &str, problem: &str, source: Option<&(dyn Error + 'static)>) {
    let mut chain = Vec::new();
    let mut next = source;
    while let Some(error) = next {
        chain.push(error.to_string());
        next = error.source();
    }
    let line = json!({
        "level": "error",
        "message": "request failed",
        "request_id": request_id,
        "trace_id": trace_id,
        "problem": problem,
        "cause": chain,
    });
    eprintln!("{line}");
}

/// Logs what went wrong without failing the request.
pub fn warning(request_id: &str, trace_id: &str, message: &str) {
    let line = json!({ "level": "warn", "message": message, "request_id": request_id, "trace_id": trace_id });
    eprintln!("{line}");
}
