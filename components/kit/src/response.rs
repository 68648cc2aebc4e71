//! Answers: a status, headers, and a body that is all there, so that `content-length` is sent; or, of what is too long for
//! that, one that is made while it is sent.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures::stream::{LocalBoxStream, Stream, StreamExt};
use http_body::{Body, Frame, SizeHint};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::problem::{INTERNAL, Problem};

/// An answer.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
    /// What follows the body, if it is not all there.
    pub(crate) rest: Option<Rest>,
}

/// The part of a body that is made while it is sent. It is taken once.
#[derive(Clone)]
pub struct Rest(Rc<RefCell<Option<Pieces>>>);

type Pieces = LocalBoxStream<'static, Result<Bytes, Problem>>;

impl Rest {
    /// A body of these pieces. One that fails breaks the answer off, so that nobody takes it for a whole one.
    pub fn new(pieces: impl Stream<Item = Result<Bytes, Problem>> + 'static) -> Self {
        Self(Rc::new(RefCell::new(Some(pieces.boxed_local()))))
    }
}

impl std::fmt::Debug for Rest {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Rest")
    }
}

/// A body on its way out.
pub struct Outgoing {
    whole: Bytes,
    pieces: Option<Pieces>,
    failed: fn(&Problem, &str),
    request_id: String,
}

/// What follows can't be read: the answer breaks off.
#[derive(Debug, thiserror::Error)]
#[error("the answer breaks off")]
pub struct Broken;

impl Outgoing {
    /// `whole`, and then what is in `rest`; `failed` is told why that breaks off.
    pub(crate) fn new(
        whole: Bytes,
        rest: Option<Rest>,
        request_id: &str,
        failed: fn(&Problem, &str),
    ) -> Self {
        let pieces = rest.and_then(|rest| rest.0.borrow_mut().take());
        Self { whole, pieces, failed, request_id: request_id.to_owned() }
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        if !self.whole.is_empty() {
            return Poll::Ready(Some(Ok(Frame::data(std::mem::take(&mut self.whole)))));
        }
        let Some(pieces) = &mut self.pieces else { return Poll::Ready(None) };
        match std::task::ready!(pieces.poll_next_unpin(context)) {
            Some(Ok(piece)) => Poll::Ready(Some(Ok(Frame::data(piece)))),
            Some(Err(problem)) => {
                self.pieces = None;
                (self.failed)(&problem, &self.request_id);
                Poll::Ready(Some(Err(Broken)))
            }
            None => {
                self.pieces = None;
                Poll::Ready(None)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.whole.is_empty() && self.pieces.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        match self.pieces {
            None => SizeHint::with_exact(u64::try_from(self.whole.len()).unwrap_or(u64::MAX)),
            Some(_) => SizeHint::new(),
        }
    }
}

impl Response {
    /// 200 with a body of that media type that is made while it is sent.
    #[must_use]
    pub fn streamed(media_type: &str, rest: Rest) -> Self {
        Self { rest: Some(rest), ..Self::of(200, media_type, Bytes::new()) }
    }

    /// An answer with a body of that media type.
    #[must_use]
    pub fn of(status: u16, media_type: &str, body: impl Into<Bytes>) -> Self {
        let headers = vec![("content-type".to_owned(), media_type.to_owned())];
        Self { status, headers, body: body.into(), rest: None }
    }

    /// An answer with a JSON body.
    ///
    /// # Errors
    ///
    /// `internal` when the value can't be written as JSON.
    pub fn json(status: u16, value: &impl Serialize) -> Result<Self, Problem> {
        let body = serde_json::to_vec(value).map_err(|error| Problem::new(&INTERNAL).caused_by(error))?;
        Ok(Self::of(status, "application/json", body))
    }

    /// 200 with a JSON body.
    ///
    /// # Errors
    ///
    /// As [`Self::json`].
    pub fn ok(value: &impl Serialize) -> Result<Self, Problem> {
        Self::json(200, value)
    }

    /// 201 with the place of what was made, and what was made.
    ///
    /// # Errors
    ///
    /// As [`Self::json`].
    pub fn created(location: &str, value: &impl Serialize) -> Result<Self, Problem> {
        Ok(Self::json(201, value)?.header("location", location))
    }

    /// 204.
    #[must_use]
    pub const fn no_content() -> Self {
        Self::no_content_of(204)
    }

    /// A status without a body.
    #[must_use]
    pub const fn no_content_of(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Bytes::new(), rest: None }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Whether there is such a header.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(other, _)| other == name)
    }

    /// Reads the body back, for tests.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn read<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
        serde_json::from_slice(&self.body)
    }
}
