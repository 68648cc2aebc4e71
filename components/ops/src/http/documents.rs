//! `GET /openapi.json` and `GET /docs`: what `cargo xtask docs` wrote.

use insula_kit::{Problem, Request, Response, etag};

use crate::html;

const OPENAPI: &str = include_str!("../../generated/openapi.json");
const DOCS: &str = include_str!("../../generated/docs.html");
/// They change with a release only; five minutes later everyone has the new ones.
const CACHING: &str = "public, max-age=300";

/// Answers with the OpenAPI document.
pub fn openapi(request: &Request) -> Result<Response, Problem> {
    cached(request, Response::of(200, "application/json", OPENAPI))
}

/// Answers with the page of all operations.
pub fn docs(request: &Request) -> Result<Response, Problem> {
    cached(request, html::respond(DOCS))
}

fn cached(request: &Request, response: Response) -> Result<Response, Problem> {
    Ok(etag::conditional(request, Ok(response))?.header("cache-control", CACHING))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_document_is_openapi_3_1() {
        let document: serde_json::Value = serde_json::from_str(OPENAPI).unwrap();
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1."));
    }

    #[test]
    fn the_embedded_page_has_the_frame_that_the_policy_knows() {
        let style =
            |page: &str| page.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0.to_owned();
        assert_eq!(style(DOCS), style(&html::page("", "")));
    }
}
