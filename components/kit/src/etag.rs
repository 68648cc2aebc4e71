//! Strong entity tags (RFC 9110, 8.8.3) of single resources: the digest of the representation.

use insula_domain::credential::hexadecimal;
use sha2::{Digest, Sha256};

use crate::problem::{Problem, STALE};
use crate::request::Request;
use crate::response::Response;

/// Answers with a single resource: with its `ETag`, or 304 when the client has this version already.
///
/// # Errors
///
/// Whatever `response` failed with.
pub fn conditional(request: &Request, response: Result<Response, Problem>) -> Result<Response, Problem> {
    let response = response?;
    let tag = tag(&response.body);
    Ok(conditional_on(request, response, &tag))
}

/// The same for a tag of the resource's own making.
#[must_use]
pub fn conditional_on(request: &Request, response: Response, tag: &str) -> Response {
    let known = request.header("if-none-match").is_some_and(|tags| names(tags, tag));
    let response = if known { Response::no_content_of(304) } else { response };
    response.header("etag", tag)
}

/// Adds the `ETag` to an answer with a single resource.
#[must_use]
pub fn tagged(response: Response) -> Response {
    let tag = tag(&response.body);
    response.header("etag", &tag)
}

/// Sees that the resource, whose present answer this is, is the version that the client wants to change, if it names
/// one: with `If-Match`, which compares strongly (RFC 9110, 13.1.1).
///
/// # Errors
///
/// `stale`.
pub fn demand(request: &Request, present: &Response) -> Result<(), Problem> {
    let tag = tag(&present.body);
    demand_one(request, |one| one == tag)
}

/// The same for a resource that knows itself which tags name what there is to change.
///
/// # Errors
///
/// `stale`.
pub fn demand_one(request: &Request, is_present: impl Fn(&str) -> bool) -> Result<(), Problem> {
    match request.header("if-match") {
        Some(tags) if !tags.split(',').map(str::trim).any(|one| one == "*" || is_present(one)) => {
            Err(Problem::new(&STALE))
        }
        Some(_) | None => Ok(()),
    }
}

/// The same for a resource that isn't there: no version of it can be meant, not even by `*`.
///
/// # Errors
///
/// `stale`.
pub fn demand_absent(request: &Request) -> Result<(), Problem> {
    match request.header("if-match") {
        Some(_) => Err(Problem::new(&STALE)),
        None => Ok(()),
    }
}

/// One of the two, for what may be there.
///
/// # Errors
///
/// `stale`, and whatever `answer` failed with.
pub fn demand_present<T>(
    request: &Request,
    present: Option<&T>,
    answer: impl FnOnce(&T) -> Result<Response, Problem>,
) -> Result<(), Problem> {
    match present {
        Some(present) => demand(request, &answer(present)?),
        None => demand_absent(request),
    }
}

/// The tag of a representation: 128 bits of its SHA-256, quoted.
#[must_use]
pub fn tag(body: &[u8]) -> String {
    format!("\"{}\"", hexadecimal(&Sha256::digest(body)[..16]))
}

/// Whether a list of tags names this one; `*` names every one, and `W/` doesn't matter when reading.
fn names(tags: &str, tag: &str) -> bool {
    tags.split(',').map(str::trim).any(|one| one == "*" || one.trim_start_matches("W/") == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_found_in_a_list() {
        let own = tag(b"body");
        assert!(names(&format!("\"other\", W/{own}"), &own));
        assert!(names("*", &own));
        assert!(!names("\"other\"", &own));
    }
}
