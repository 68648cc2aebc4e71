//! One route as an operation.

use insula_domain::upload;
use insula_kit::openapi::Media;
use insula_kit::route::{Access, Body, JSON_LIMIT_BYTES, Route};
use utoipa::openapi::path::{Operation, OperationBuilder};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::{ContentBuilder, Required};

use super::{Gathered, answer, parameter, security};
use crate::docs::Error;

/// The operation. `tag` is the name of its group.
pub fn of(tag: &str, route: &Route<()>, gathered: &mut Gathered<'_>) -> Result<Operation, Error> {
    let body = match route.body {
        Body::None => None,
        Body::Json(media) | Body::Signed(media) => Some(body(media, limit(JSON_LIMIT_BYTES), gathered)?),
        Body::Upload(media) => Some(body(
            media,
            limit(upload::LIMIT_MIB << 20)
                + " This server may have been set to another limit; `limit_bytes` of a 413 says it.",
            gathered,
        )?),
    };
    let responses = answer::all(route, gathered)?;
    Ok(OperationBuilder::new()
        .tag(tag)
        .operation_id(Some(route.doc.id))
        .summary(Some(route.doc.summary))
        .description(Some(description(route)))
        .parameters(Some(parameter::all(route)))
        .request_body(body)
        .responses(responses)
        .securities(Some(security::requirements(route.access)))
        .build())
}

/// Whether it answers with one resource, which carries an entity tag: it says so by an answer 304, or it reads, for a
/// known caller, what the last segment of its path names.
pub fn has_entity_tag(route: &Route<()>) -> bool {
    let reads = route.method == insula_kit::route::Method::Get;
    let says_so = route.doc.answers.iter().any(|answer| answer.status == 304);
    says_so || reads && route.access != Access::Public && route.path.ends_with('}')
}

fn description(route: &Route<()>) -> String {
    let mut parts = vec![route.doc.about.to_owned()];
    parts.push(format!("May be called by: {}.", callers(route.access)));
    if route.metered {
        parts.push("Counts against the plan's quota of calls.".to_owned());
    }
    parts.retain(|part| !part.is_empty());
    parts.join("\n\n")
}

fn callers(access: Access) -> String {
    match access {
        Access::Public => "everyone".to_owned(),
        Access::Person => "people".to_owned(),
        Access::PersonOrImpersonator => "people, the operator who acts as one".to_owned(),
        Access::PersonOrOperator => "people, the operator".to_owned(),
        Access::MemberOfPath => "members of the tenant, its API keys, the operator".to_owned(),
        Access::Permission(permission) => {
            format!("people and API keys that have the permission `{}`", permission.as_str())
        }
        Access::PersonWith(permission) => {
            format!("people that have the permission `{}`", permission.as_str())
        }
        Access::PersonWithOrOperator(permission) | Access::InAnyState(permission) => {
            format!("people that have the permission `{}`, the operator", permission.as_str())
        }
        Access::PermissionOrOperator(permission) => {
            format!("people and API keys that have the permission `{}`, the operator", permission.as_str())
        }
        Access::Operator => "the operator".to_owned(),
    }
}

fn limit(bytes: usize) -> String {
    format!("At most {} MiB.", bytes >> 20)
}

fn body(media: Media, limit: String, gathered: &mut Gathered<'_>) -> Result<RequestBody, Error> {
    let schema = gathered.schemas.refer_strictly(&media.schema)?;
    Ok(RequestBodyBuilder::new()
        .description(Some(limit))
        .required(Some(Required::True))
        .content(media.media_type, ContentBuilder::new().schema(Some(schema)).build())
        .build())
}
