//! Bodies: whole ones, unwanted ones, and ones that tell their size at the end.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Buf, Bytes};
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::{BodyExt, Empty, Full};
use wasmtime_wasi_http::{Error, WasiBody};

/// How much of an unwanted body is read, and for how long.
const DISCARDED_BYTES: usize = 256 << 20;
const DISCARDING: Duration = Duration::from_secs(5);

/// A request's or an answer's body.
pub type Body = WasiBody;

/// A body that is all there.
pub fn full(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync()
}

/// No body.
#[must_use]
pub fn empty() -> Body {
    Empty::new().map_err(|never| match never {}).boxed_unsync()
}

/// Reads on for a while what nobody wants: a client that is still sending when the connection is
/// closed does not get to see the answer.
pub(crate) fn discard(mut body: Body) {
    let read = async move {
        let mut left = DISCARDED_BYTES;
        while let Some(Ok(frame)) = body.frame().await {
            let length = frame.data_ref().map_or(0, Buf::remaining);
            match left.checked_sub(length) {
                Some(rest) => left = rest,
                None => break,
            }
        }
    };
    // Without a runtime it is the end of the host.
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        runtime.spawn(async move { tokio::time::timeout(DISCARDING, read).await });
    }
}

/// An answer's body that reports how many bytes it had when it is over, or is dropped.
pub(crate) struct Counted<F: FnOnce(u64)> {
    inner: Body,
    bytes: u64,
    report: Option<F>,
}

impl<F: FnOnce(u64)> Counted<F> {
    pub(crate) fn new(inner: Body, report: F) -> Self {
        Self { inner, bytes: 0, report: Some(report) }
    }
}

impl<F: FnOnce(u64) + Unpin> HttpBody for Counted<F> {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let polled = Pin::new(&mut self.inner).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &polled
            && let Some(data) = frame.data_ref()
        {
            self.bytes += data.remaining() as u64;
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl<F: FnOnce(u64)> Drop for Counted<F> {
    fn drop(&mut self) {
        if let Some(report) = self.report.take() {
            report(self.bytes);
        }
    }
}
