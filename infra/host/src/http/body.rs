//! Bodies: whole ones, limited ones, and ones that tell their size at the end.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Buf, Bytes};
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::{BodyExt, Empty, Full};
use wasmtime_wasi_http::{Error, WasiBody};

use crate::request::Request;

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

/// A request body that ends with an error once it is longer than it may be, and says so in the
/// request, whose answer then is 413 whatever the component made of it. What of it the component
/// doesn't read is read here.
pub(crate) struct Limited {
    inner: Option<Body>,
    left: u64,
    request: Arc<Request>,
    /// Whether the client sends nothing before it is told to go on, which reading tells it.
    waits: bool,
}

impl Limited {
    pub(crate) fn new(inner: Body, limit: u64, request: Arc<Request>, waits: bool) -> Self {
        Self { inner: Some(inner), left: limit, request, waits }
    }

    fn discard(&mut self) {
        if let Some(inner) = self.inner.take_if(|inner| !self.waits && !inner.is_end_stream()) {
            discard(inner);
        }
    }
}

impl Drop for Limited {
    fn drop(&mut self) {
        self.discard();
    }
}

impl HttpBody for Limited {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        self.waits = false;
        let Some(inner) = &mut self.inner else { return Poll::Ready(None) };
        let polled = Pin::new(inner).poll_frame(context);
        match &polled {
            Poll::Ready(None | Some(Err(_))) => self.inner = None,
            Poll::Ready(Some(Ok(_))) | Poll::Pending => {}
        }
        if let Poll::Ready(Some(Ok(frame))) = &polled
            && let Some(data) = frame.data_ref()
        {
            let length = data.remaining() as u64;
            if length > self.left {
                self.request.too_large.set();
                self.discard();
                return Poll::Ready(Some(Err(Error::HttpRequestBodySize(None))));
            }
            self.left -= length;
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.as_ref().map_or_else(|| SizeHint::with_exact(0), HttpBody::size_hint)
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
