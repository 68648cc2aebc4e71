//! `GET /problems` and `GET /problems/{slug}`

use insula_kit::problem::NOT_FOUND;
use insula_kit::{Problem, Request, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::accept::{Representation, preferred};
use crate::catalogue::{self, ProblemKind};
use crate::html::{self, Prose, Text};

/// The catalogue of problems.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProblemCatalogue)]
pub struct CatalogueView {
    /// Every kind, by status and slug.
    items: Vec<ProblemKind>,
}

/// Answers with all kinds.
pub fn list(request: &Request) -> Result<Response, Problem> {
    let kinds = catalogue::all()?;
    let response = match preferred(request) {
        Representation::Html => html::respond(list_page(&kinds)),
        Representation::Json => Response::ok(&CatalogueView { items: kinds })?,
    };
    Ok(response.header("vary", "accept"))
}

/// Answers with one kind.
pub fn get(request: &Request) -> Result<Response, Problem> {
    let slug = request.path_text("slug").unwrap_or_default();
    let kind = catalogue::find(slug)?.ok_or_else(|| Problem::new(&NOT_FOUND))?;
    let response = match preferred(request) {
        Representation::Html => html::respond(kind_page(&kind)),
        Representation::Json => Response::ok(&kind)?,
    };
    Ok(response.header("vary", "accept"))
}

fn list_page(kinds: &[ProblemKind]) -> String {
    let row = |kind: &ProblemKind| {
        let (slug, title, about) = (Text(&kind.slug), Text(&kind.title), Prose(&kind.about));
        format!(
            "<tr><td>{}</td><td><a href=\"/problems/{slug}\">{slug}</a></td><td>{title}. {about}</td></tr>\n",
            kind.status
        )
    };
    let rows: String = kinds.iter().map(row).collect();
    html::page(
        "Problems",
        &format!(
            "<h1>Problems</h1>\n<p>Every error of this server is a problem (RFC 9457). Its <code>type</code> leads \
             to one of these pages.</p>\n<div class=\"scroll\"><table>\n<thead><tr><th>Status</th><th>Problem</th>\
             <th>What it means and what to do</th></tr></thead>\n<tbody>\n{rows}</tbody>\n</table></div>\n\
             <p><a href=\"/docs\">The API</a></p>"
        ),
    )
}

fn kind_page(kind: &ProblemKind) -> String {
    let (reference, title, about) = (Text(&kind.reference), Text(&kind.title), Prose(&kind.about));
    html::page(
        &kind.title,
        &format!(
            "<h1>{title}</h1>\n<p>{about}</p>\n<p class=\"soft\">Status {}, type <code>{reference}</code></p>\n\
             <p><a href=\"/problems\">All problems</a> · <a href=\"/docs\">The API</a></p>",
            kind.status
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_page_and_a_link_to_it() {
        let kinds = catalogue::all().unwrap();
        let list = list_page(&kinds);
        for kind in &kinds {
            assert!(list.contains(&format!("<a href=\"/problems/{}\">", kind.slug)), "{}", kind.slug);
            let page = kind_page(kind);
            assert!(page.contains(&format!("<h1>{}</h1>", Text(&kind.title))), "{page}");
            assert!(page.contains(&format!("Status {}", kind.status)), "{page}");
        }
    }

    #[test]
    fn what_a_page_shows_is_escaped() {
        let kind = ProblemKind {
            reference: "/problems/\"x".to_owned(),
            slug: "\"x".to_owned(),
            status: 400,
            title: "<i>".to_owned(),
            about: "`<b>` & more.".to_owned(),
        };
        for page in [kind_page(&kind), list_page(std::slice::from_ref(&kind))] {
            assert!(page.contains("&lt;i&gt;") && !page.contains("<i>"), "{page}");
            assert!(page.contains("<code>&lt;b&gt;</code> &amp; more."), "{page}");
            assert!(page.contains("/problems/&quot;x") && !page.contains("\"\"x"), "{page}");
        }
    }
}
