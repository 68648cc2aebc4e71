//! A request on its way to an application.

use std::net::{IpAddr, Ipv4Addr};

use bytes::Bytes;
use http::Method;
use serde_json::Value;

use super::answer::Answer;
use super::app::App;
use super::multipart::Form;

/// A request.
#[must_use = "a request does nothing until it is sent"]
pub struct Request<'a> {
    app: &'a App,
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Bytes,
    pub(super) client: IpAddr,
}

impl<'a> Request<'a> {
    pub(super) fn new(app: &'a App, method: &str, path: &str) -> Self {
        let method = method.parse().expect("a method");
        let client = Ipv4Addr::LOCALHOST.into();
        Self { app, method, path: path.to_owned(), headers: Vec::new(), body: Bytes::new(), client }
    }

    /// Adds a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// What a header says that was added.
    #[must_use]
    pub fn header_of(&self, name: &str) -> String {
        let found = self.headers.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    }

    /// Comes from that address instead of the local one.
    pub fn from_address(mut self, client: &str) -> Self {
        self.client = client.parse().expect("an address");
        self
    }

    /// Presents a credential.
    pub fn bearer(self, credential: &str) -> Self {
        self.header("authorization", &format!("Bearer {credential}"))
    }

    /// Sends JSON.
    pub fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string().into_bytes())
    }

    /// Sends a form.
    pub fn form(self, form: &Form) -> Self {
        self.body(&form.media_type(), form.bytes())
    }

    /// Sends a body of that media type.
    pub fn body(mut self, media_type: &str, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        let length = self.body.len().to_string();
        self.header("content-type", media_type).header("content-length", &length)
    }

    /// Sends a body of that media type without telling its length.
    pub fn unannounced(mut self, media_type: &str, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self.header("content-type", media_type)
    }

    /// Sends it and waits for the answer.
    #[track_caller]
    pub fn send(self) -> Answer {
        let app = self.app;
        app.send(self)
    }

    /// The method and the path, for messages.
    pub(super) fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}
