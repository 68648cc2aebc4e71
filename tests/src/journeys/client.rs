//! Calls of a server over HTTP, one after another.

use std::time::Duration;

use bytes::Bytes;
use http::Method;
use serde_json::Value;
use ureq::Agent;

use crate::support::{Answer, Form, contract};

const TIMEOUT: Duration = Duration::from_secs(60);

/// Who calls, and whom.
#[derive(Clone, Debug)]
pub struct Client {
    agent: Agent,
    base: String,
    credential: Option<String>,
}

/// A call that was not made yet.
#[must_use = "a call does nothing until it is sent"]
#[derive(Debug)]
pub struct Call<'a> {
    client: &'a Client,
    method: Method,
    path: String,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
}

impl Client {
    /// Somebody without a credential.
    #[must_use]
    pub fn new(base: &str) -> Self {
        let settings = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(TIMEOUT))
            .build();
        Self { agent: settings.into(), base: base.to_owned(), credential: None }
    }

    /// Somebody who presents this with every call.
    #[must_use]
    pub fn bearing(&self, credential: &str) -> Self {
        Self { credential: Some(credential.to_owned()), ..self.clone() }
    }

    /// A call.
    pub fn call(&self, method: Method, path: &str) -> Call<'_> {
        Call { client: self, method, path: path.to_owned(), headers: Vec::new(), body: None }
    }

    /// A reading call.
    pub fn get(&self, path: &str) -> Call<'_> {
        self.call(Method::GET, path)
    }

    /// A call without a body that changes something.
    pub fn post(&self, path: &str) -> Call<'_> {
        self.call(Method::POST, path).body(Vec::new())
    }

    /// A call with a JSON body.
    pub fn post_json(&self, path: &str, body: &Value) -> Call<'_> {
        self.call(Method::POST, path).header("content-type", "application/json").body(body.to_string())
    }

    /// A call with a form.
    pub fn post_form(&self, path: &str, form: &Form) -> Call<'_> {
        self.call(Method::POST, path).header("content-type", &form.media_type()).body(form.bytes())
    }
}

impl Call<'_> {
    /// Adds a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sends that.
    pub fn body(self, body: impl Into<Vec<u8>>) -> Self {
        Self { body: Some(body.into()), ..self }
    }

    /// Makes it and waits for the answer, which must be one that the OpenAPI document allows.
    #[track_caller]
    #[must_use]
    pub fn send(self) -> Answer {
        let (method, path) = (self.method.to_string(), self.path.clone());
        let answer = self.make().unwrap_or_else(|error| panic!("{method} {path}: {error}"));
        contract::check(&method, &path, &answer);
        answer
    }

    /// Whether somebody answers it with success.
    #[must_use]
    pub fn answered(self) -> Option<()> {
        self.answer().filter(|answer| answer.status == 200).map(drop)
    }

    /// The answer of a server that may be gone before there is one.
    #[must_use]
    pub fn answer(self) -> Option<Answer> {
        self.make().ok()
    }

    fn make(self) -> Result<Answer, ureq::Error> {
        let asked = format!("{} {}", self.method, self.path);
        let uri = format!("{}{}", self.client.base, self.path);
        let mut request = http::Request::builder().method(self.method).uri(uri);
        if let Some(credential) = &self.client.credential {
            request = request.header("authorization", format!("Bearer {credential}"));
        }
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        let agent = &self.client.agent;
        let answer = match self.body {
            Some(body) => agent.run(request.body(body)?)?,
            None => agent.run(request.body(())?)?,
        };
        let (parts, mut body) = answer.into_parts();
        let body = Bytes::from(body.read_to_vec()?);
        Ok(Answer { asked, status: parts.status.as_u16(), headers: parts.headers, body })
    }
}
