//! Strong entity tags (RFC 9110, 8.8.3) of single resources: the digest of the representation.

use insula_domain::credential::hexadecimal;
use sha2::{Digest, Sha256};

use crate::problem::Problem;
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
    let known = request.header("if-none-match").is_some_and(|tags| names(tags, &tag));
    if known {
        return Ok(Response::no_content_of(304).header("etag", &tag));
    }
    Ok(response.header("etag", &tag))
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
