//! A request whose path matched a route: path values, query, headers, and the body as far as it was read.

use bytes::Bytes;
use http::HeaderMap;
use http::header::COOKIE;
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use spin_sdk::wasip3::http_compat::IncomingRequestBody;

use crate::id::{Id, Kind};
use crate::json::{self, Json};
use crate::problem::{MALFORMED, NOT_FOUND, PAYLOAD_TOO_LARGE, Problem};
use crate::serve::Ids;
use crate::validate::FieldError;

/// A request on its way to its operation.
pub struct Request {
    pub(crate) headers: HeaderMap,
    pub(crate) called: String,
    pub(crate) path: Vec<(String, String)>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: Bytes,
    pub(crate) upload: Option<Upload>,
}

/// A body that is read as it arrives.
pub struct Upload {
    incoming: IncomingRequestBody,
    left: usize,
    limit: usize,
}

impl Request {
    /// A value of the path as an id. What is no id of that kind names nothing: 404, as for an absent one.
    ///
    /// # Errors
    ///
    /// `not-found`.
    pub fn path_id<K: Kind>(&self, name: &str) -> Result<Id<K>, Problem> {
        self.path_text(name).and_then(Id::parse).ok_or_else(|| Problem::new(&NOT_FOUND))
    }

    /// A value of the path.
    #[must_use]
    pub fn path_text(&self, name: &str) -> Option<&str> {
        self.path.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// The path that was called, without the query.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.called
    }

    /// A query parameter.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// A header's value, if it is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The values of the cookies of a name (RFC 6265, 4.2), also where a host passes each in a field of its own (RFC 9113,
    /// 8.2.3). There may be several: who serves a neighbouring domain can add one.
    pub fn cookies(&self, name: &str) -> impl Iterator<Item = &str> {
        let fields = self.headers.get_all(COOKIE).iter();
        // Another cookie may be no text.
        let pairs = fields.flat_map(|field| field.as_bytes().split(|byte| *byte == b';'));
        let pairs = pairs.filter_map(|pair| std::str::from_utf8(pair).ok()?.trim().split_once('='));
        pairs.filter(move |(other, _)| *other == name).map(|(_, value)| value)
    }

    /// The ids that the answer and its log lines carry.
    #[must_use]
    pub fn ids(&self) -> Ids {
        Ids::of(&self.headers)
    }

    /// The JSON body.
    ///
    /// # Errors
    ///
    /// `malformed` for what is no JSON; `invalid` for JSON of another shape, with every missing, unknown and repeated
    /// field and every wrong type. A field of `T` that may be absent is an `Option`.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let body: Json = serde_json::from_slice(&self.body).map_err(|error| malformed(&error))?;
        Ok(json::read(&body)?)
    }

    /// The body as it was sent.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.body
    }

    /// The SHA-256 of what makes two requests of one operation equal: the values of the path, and the JSON body.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        let mut hasher = Sha256::new();
        for (_, value) in &self.path {
            // No value of a path holds a slash.
            hasher.update(value);
            hasher.update("/");
        }
        hasher.update("\n");
        hasher.update(&self.body);
        hasher.finalize().into()
    }

    /// The upload, once.
    ///
    /// # Errors
    ///
    /// `malformed` when there is none.
    pub fn take_upload(&mut self) -> Result<Upload, Problem> {
        self.upload.take().ok_or_else(|| Problem::new(&MALFORMED))
    }
}

fn malformed(error: &serde_json::Error) -> Problem {
    let place = format!("The body is not JSON (line {}, column {}).", error.line(), error.column());
    Problem::new(&MALFORMED).detail(place)
}

impl Upload {
    pub(crate) fn new(incoming: IncomingRequestBody, limit: usize) -> Self {
        Self { incoming, left: limit, limit }
    }

    /// The next piece; none at the end.
    ///
    /// # Errors
    ///
    /// `payload-too-large` above the limit, `malformed` when the client broke off.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        loop {
            let Some(frame) = self.incoming.frame().await else { return Ok(None) };
            let frame = frame.map_err(|_| Problem::new(&MALFORMED).detail("The body broke off."))?;
            let Ok(piece) = frame.into_data() else { continue };
            self.left = self.left.checked_sub(piece.len()).ok_or_else(|| too_large(self.limit))?;
            return Ok(Some(piece));
        }
    }

    /// Reads what is left, and returns it.
    ///
    /// # Errors
    ///
    /// As [`Self::next`].
    pub(crate) async fn read(mut self) -> Result<Bytes, Problem> {
        let mut body = Vec::new();
        while let Some(piece) = self.next().await? {
            body.extend_from_slice(&piece);
        }
        Ok(body.into())
    }
}

pub(crate) fn too_large(limit: usize) -> Problem {
    Problem::new(&PAYLOAD_TOO_LARGE)
        .detail(format!("This operation accepts at most {limit} bytes."))
        .member("limit_bytes", limit)
}

/// The pairs of a query string, decoded.
///
/// # Errors
///
/// `invalid` for a name that `known` doesn't hold, for one that comes twice, and for what doesn't decode.
pub(crate) fn parse_query(query: &str, known: &[&str]) -> Result<Vec<(String, String)>, Problem> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if !known.contains(&name.as_ref()) {
            return Err(FieldError::query(&name, "unknown", "is not a parameter of this operation").into());
        }
        if pairs.iter().any(|(other, _)| *other == name) {
            return Err(FieldError::query(&name, "repeated", "may be given once").into());
        }
        pairs.push((name.into_owned(), value.into_owned()));
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_decoded_and_unknown_or_repeated_names_are_refused() {
        let pairs = parse_query("limit=5&cursor=a%2Bb+c", &["limit", "cursor"]).unwrap();
        assert_eq!(pairs, [("limit".into(), "5".into()), ("cursor".into(), "a+b c".into())]);
        for bad in ["x=1", "limit=1&limit=2", "=", "limit"] {
            let known: &[&str] = if bad == "limit" { &[] } else { &["limit"] };
            assert!(parse_query(bad, known).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_no_json_is_malformed_and_json_of_another_shape_invalid() {
        let status = |body: &'static str| {
            let request = Request {
                called: String::new(),
                headers: HeaderMap::new(),
                path: Vec::new(),
                query: Vec::new(),
                body: Bytes::from(body),
                upload: None,
            };
            request.json::<Vec<String>>().map_or_else(|problem| problem.kind().status, |_| 200)
        };
        assert_eq!(status(r#"["a"]"#), 200);
        for invalid in ["[1]", "{}", "null"] {
            assert_eq!(status(invalid), 422, "{invalid}");
        }
        for malformed in ["", "{", "nonsense", r#"["a"] x"#, r#"["\ud800"]"#] {
            assert_eq!(status(malformed), 400, "{malformed}");
        }
    }
}
