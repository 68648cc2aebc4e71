//! Answers: a status, headers, and a body that is all there, so that `content-length` is always sent.

use bytes::Bytes;
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
}

impl Response {
    /// An answer with a body of that media type.
    #[must_use]
    pub fn of(status: u16, media_type: &str, body: impl Into<Bytes>) -> Self {
        let headers = vec![("content-type".to_owned(), media_type.to_owned())];
        Self { status, headers, body: body.into() }
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
        Self { status, headers: Vec::new(), body: Bytes::new() }
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
