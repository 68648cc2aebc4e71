//! A request's body as far as it may go: so long, and neither standing still nor too slow.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes};
use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::time::{Instant, Sleep};
use wasmtime_wasi_http::Error;

use super::body::{Body, discard};
use super::pace::Pace;
use crate::app::Room;
use crate::request::Request;

/// How far a body may go.
pub(crate) struct Limits {
    /// How many bytes it may still have.
    pub(crate) left: u64,
    /// How fast it must come, once it is asked for.
    pub(crate) pace: Pace,
    /// Whether the client sends nothing before it is told to go on, which reading tells it.
    pub(crate) waits: bool,
    /// What it holds until it is there.
    pub(crate) arriving: Option<Room>,
}

/// A request body that ends with an error once it is longer than it may be, or nothing comes of it any more, and says
/// so in the request, whose answer then is 413 or 408 whatever the component made of it. What of it the component
/// doesn't read is read here. Trailers are its end: a component that goes by what a gateway in front of it put into the
/// headers must not find the same names behind the body, and who passes a body on passes them on with it.
pub(crate) struct Limited {
    inner: Option<Body>,
    request: Arc<Request>,
    limits: Limits,
    waiting: Option<Waiting>,
}

/// There while the body is asked for and gives nothing.
struct Waiting {
    since: Instant,
    most: Pin<Box<Sleep>>,
}

impl Limited {
    pub(crate) fn new(inner: Body, request: Arc<Request>, limits: Limits) -> Self {
        Self { inner: Some(inner), request, limits, waiting: None }
    }

    fn discard(&mut self) {
        let waits = self.limits.waits;
        if let Some(inner) = self.inner.take_if(|inner| !waits && !inner.is_end_stream()) {
            discard(inner);
        }
        self.end();
    }

    fn end(&mut self) {
        self.inner = None;
        self.limits.arriving = None;
        self.came(0);
    }

    /// So much came, or nothing will any more: nobody waits for the client now.
    fn came(&mut self, bytes: usize) {
        let waited = self.waiting.take();
        if waited.is_some()
            && let Some(present) = self.request.present.upgrade()
        {
            present.goes_on();
        }
        self.limits.pace.got(bytes, waited.map_or_else(Default::default, |waiting| waiting.since.elapsed()));
    }

    /// Whether it has been waited for too long.
    fn poll_wait(&mut self, context: &mut Context<'_>) -> bool {
        if self.waiting.is_none()
            && let Some(present) = self.request.present.upgrade()
        {
            present.waits();
        }
        let patience = self.limits.pace.patience();
        let waiting = self.waiting.get_or_insert_with(|| Waiting {
            since: Instant::now(),
            most: Box::pin(tokio::time::sleep(patience)),
        });
        waiting.most.as_mut().poll(context).is_ready()
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
        self.limits.waits = false;
        let Some(inner) = &mut self.inner else { return Poll::Ready(None) };
        let polled = Pin::new(inner).poll_frame(context);
        match &polled {
            Poll::Ready(None | Some(Err(_))) => self.end(),
            Poll::Ready(Some(Ok(frame))) if frame.is_trailers() => {
                self.end();
                return Poll::Ready(None);
            }
            Poll::Ready(Some(Ok(frame))) => {
                let length = frame.data_ref().map_or(0, Buf::remaining);
                self.came(length);
                let length = length as u64;
                if length > self.limits.left {
                    self.request.too_large.set();
                    self.discard();
                    return Poll::Ready(Some(Err(Error::HttpRequestBodySize(None))));
                }
                self.limits.left -= length;
            }
            Poll::Pending => {
                if self.poll_wait(context) {
                    self.request.stalled.set();
                    self.end();
                    return Poll::Ready(Some(Err(Error::ConnectionReadTimeout)));
                }
            }
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
