//! Single requests over HTTP/1.1: readiness, and what a row needs before it can be measured.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde_json::Value;

/// Longer than anything that is asked here takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// What came back.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The body, as the server framed it.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Result<Value> {
        serde_json::from_slice(&self.body)
            .with_context(|| format!("the body of a {} is not JSON", self.status))
    }
}

/// `GET`, with header lines such as `x-api-key: …`.
pub fn get(address: &str, path: &str, headers: &[&str]) -> Result<Answer> {
    send(address, "GET", path, headers, b"")
}

/// `POST` with a JSON body.
pub fn post(address: &str, path: &str, headers: &[&str], body: &Value) -> Result<Answer> {
    let headers: Vec<&str> = headers.iter().copied().chain(["content-type: application/json"]).collect();
    send(address, "POST", path, &headers, body.to_string().as_bytes())
}

/// Any request; the connection is closed after it.
pub fn send(address: &str, method: &str, path: &str, headers: &[&str], body: &[u8]) -> Result<Answer> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut request = format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n");
    for header in headers {
        request.push_str(header);
        request.push_str("\r\n");
    }
    if method != "GET" {
        request.push_str(&format!("content-length: {}\r\n", body.len()));
    }
    request.push_str("\r\n");
    stream.write_all(&[request.as_bytes(), body].concat())?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    parse(&bytes).context("the answer is not HTTP/1.1")
}

fn parse(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).ok()?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some(Answer { status, body: bytes[end + 4..].to_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_and_the_body_are_taken_apart() {
        let answer = parse(b"HTTP/1.1 201 Created\r\ncontent-length: 11\r\n\r\n{\"id\":\"x\"}\n").unwrap();
        assert_eq!(answer.status, 201);
        assert_eq!(answer.json().unwrap()["id"], "x");
        assert_eq!(parse(b"HTTP/1.1 201"), None);
    }
}
