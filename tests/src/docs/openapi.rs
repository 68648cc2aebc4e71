//! The OpenAPI 3.1 document, from the route tables of all groups.
//!
//! | Module         | Writes                                                                 |
//! |----------------|------------------------------------------------------------------------|
//! | `operation`    | one route: its texts, its parameters, its body                         |
//! | `parameter`    | parameters of the path, of the query, and the headers that are read    |
//! | `answer`       | what it answers: its own answers, and the problems beside them         |
//! | `implied`      | the problems that access rule, body and server imply                   |
//! | `problem`      | the one schema of problems, and their shared answers                   |
//! | `header`       | the headers of answers                                                 |
//! | `security`     | the credentials, and who may use which operation                       |
//! | `schemas`      | the schemas of bodies, each once, by name                              |

mod answer;
mod header;
mod implied;
mod operation;
mod parameter;
mod problem;
mod schemas;
mod security;

use std::collections::BTreeSet;

use insula_ops::catalogue::ProblemKind;
use serde_json::Value;
use utoipa::openapi::info::{InfoBuilder, LicenseBuilder};
use utoipa::openapi::path::{HttpMethod, PathItem};
use utoipa::openapi::schema::ComponentsBuilder;
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{Info, OpenApiBuilder, Paths, Server, Tag};

use super::Error;
use crate::routes::Group;
use problem::ProblemAnswers;
use schemas::Schemas;

const ABOUT: &str = "Identity, tenants, API keys, limits, metering and a data-quality analysis: the backend of a \
    service with many tenants.\n\n\
    JSON in and out, UTF-8, `snake_case`; unknown fields are refused. Times are RFC 3339 in UTC. Ids name their kind: \
    `ten_…` is a tenant. Every error is a problem (RFC 9457), and its `type` leads to a page of this server. Lists \
    come in pages. An operation that makes something honours `Idempotency-Key` for 24 hours. People authenticate with \
    an access token, programs with an API key. An admitted call is told what is left of its limits, in \
    `RateLimit-Policy` and `RateLimit`.";

/// What is gathered from all operations.
struct Gathered<'a> {
    schemas: Schemas,
    answers: ProblemAnswers<'a>,
}

/// The document.
///
/// # Errors
///
/// What is contradictory in the groups.
pub fn document(groups: &[Group], problems: &[ProblemKind]) -> Result<Value, Error> {
    let mut gathered = Gathered { schemas: Schemas::default(), answers: ProblemAnswers::new(problems) };
    let mut ids = BTreeSet::new();
    let mut paths = Paths::new();
    for group in groups {
        for route in &group.routes {
            if !ids.insert(route.doc.id) {
                return Err(Error::SameOperation(route.doc.id.to_owned()));
            }
            let operation = operation::of(group.name, route, &mut gathered)?;
            let item = PathItem::new(method(route.method), operation);
            match paths.paths.get_mut(route.path) {
                Some(present) => present.merge_operations(item),
                None => {
                    paths.paths.insert(route.path.to_owned(), item);
                }
            }
        }
    }
    gathered.schemas.put("Problem", problem::schema())?;
    gathered.schemas.take::<insula_kit::validate::FieldError>()?;
    let components = gathered
        .schemas
        .iter()
        .fold(ComponentsBuilder::new(), |all, (name, schema)| all.schema(name, schema));
    let components =
        gathered.answers.iter().fold(components, |all, (name, answer)| all.response(name, answer));
    let components =
        header::ALL.iter().fold(components, |all, header| all.header(header.name, header.build()));
    let components = security::schemes()
        .into_iter()
        .fold(components, |all, (name, scheme)| all.security_scheme(name, scheme));
    let document = OpenApiBuilder::new()
        .info(info())
        .servers(Some([Server::new("/")]))
        .tags(Some(groups.iter().map(tag)))
        .paths(paths)
        .components(Some(components.build()))
        .build();
    Ok(serde_json::to_value(document)?)
}

fn info() -> Info {
    let license = LicenseBuilder::new().name("Apache License 2.0").identifier(Some("Apache-2.0")).build();
    InfoBuilder::new()
        .title("Insula")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .license(Some(license))
        .build()
}

fn tag(group: &Group) -> Tag {
    TagBuilder::new().name(group.name).description(Some(group.about)).build()
}

fn method(method: insula_kit::route::Method) -> HttpMethod {
    use insula_kit::route::Method;
    match method {
        Method::Get => HttpMethod::Get,
        Method::Post => HttpMethod::Post,
        Method::Put => HttpMethod::Put,
        Method::Patch => HttpMethod::Patch,
        Method::Delete => HttpMethod::Delete,
    }
}

#[cfg(test)]
mod tests;
