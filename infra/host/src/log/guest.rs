//! Standard output and error of components, as log lines.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use serde_json::{Map, Value};
use tokio::io::AsyncWrite;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};

use super::{Entry, Level};
use crate::worker::Activity;

/// What a line may have at most; the rest becomes a line of its own.
const LINE_BYTES: usize = 16 * 1024;
/// How much a component may write at once.
const PERMIT_BYTES: usize = 64 * 1024;
/// What the host says, and a component therefore cannot.
const OURS: [&str; 4] = ["time", "request_id", "trace_id", "component"];

/// One of the two streams of an instance.
#[derive(Clone)]
pub(crate) struct GuestOutput {
    level: Level,
    activity: Arc<Activity>,
    pending: Arc<Mutex<Vec<u8>>>,
}

impl GuestOutput {
    pub(crate) fn new(level: Level, activity: Arc<Activity>) -> Self {
        Self { level, activity, pending: Arc::default() }
    }

    fn take(&self, bytes: &[u8]) {
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            pending.extend_from_slice(piece);
            if piece.ends_with(b"\n") || pending.len() >= LINE_BYTES {
                self.log(&pending);
                pending.clear();
            }
        }
    }

    fn log(&self, line: &[u8]) {
        let text = String::from_utf8_lossy(line);
        let text = text.trim_end();
        if text.is_empty() {
            return;
        }
        let (fields, message, level) = match serde_json::from_str(text) {
            Ok(Value::Object(fields)) => split(fields, self.level),
            _ => (Map::new(), Some(text.to_owned()), self.level),
        };
        let request = self.activity.request();
        let identity = request.as_ref().map(|request| &request.identity);
        self.activity.component.log.write(&Entry {
            time: self.activity.component.clock.now(),
            level,
            message: message.as_deref(),
            request_id: identity.map(|identity| identity.request_id.as_str()),
            trace_id: identity.map(|identity| identity.trace_id.as_str()),
            component: Some(&self.activity.component.id),
            outcome: None,
            fields: Some(&fields),
        });
    }
}

/// Takes the message and the level out of what a component wrote as JSON.
fn split(mut fields: Map<String, Value>, default: Level) -> (Map<String, Value>, Option<String>, Level) {
    for key in OURS {
        fields.remove(key);
    }
    let message = match fields.remove("message") {
        Some(Value::String(text)) => Some(text),
        Some(other) => Some(other.to_string()),
        None => None,
    };
    let level = match fields.remove("level").as_ref().and_then(Value::as_str) {
        Some("info" | "debug" | "trace") => Level::Info,
        Some("warn") => Level::Warn,
        Some("error") => Level::Error,
        _ => default,
    };
    (fields, message, level)
}

impl Drop for GuestOutput {
    fn drop(&mut self) {
        if Arc::strong_count(&self.pending) == 1 {
            let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
            self.log(&pending);
            pending.clear();
        }
    }
}

impl IsTerminal for GuestOutput {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for GuestOutput {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

impl OutputStream for GuestOutput {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.take(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(PERMIT_BYTES)
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for GuestOutput {
    async fn ready(&mut self) {}
}

impl AsyncWrite for GuestOutput {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
        self.take(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_component_cannot_speak_as_the_host() {
        let written = serde_json::json!({
            "message": "done", "level": "warn", "rows": 3,
            "time": "x", "request_id": "x", "trace_id": "x", "component": "x",
        });
        let Value::Object(written) = written else { panic!("an object") };

        let (fields, message, level) = split(written, Level::Info);

        assert_eq!(Value::Object(fields), serde_json::json!({ "rows": 3 }));
        assert_eq!((message.as_deref(), level), (Some("done"), Level::Warn));
    }
}
