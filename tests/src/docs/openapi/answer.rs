//! What an operation answers: its own answers and its problems, by status.

use std::collections::BTreeMap;

use insula_kit::openapi::Answer;
use insula_kit::route::{Access, Route};
use utoipa::openapi::response::{Responses, ResponsesBuilder};
use utoipa::openapi::{ContentBuilder, ResponseBuilder};

use super::header::{self, AnswerHeader};
use super::operation::has_entity_tag;
use super::{Gathered, implied, problem};
use crate::docs::Error;

const NOT_MODIFIED: Answer = Answer::empty(304, "The resource is still the one that `If-None-Match` names.");

/// Every answer of the operation.
pub fn all(route: &Route<()>, gathered: &mut Gathered<'_>) -> Result<Responses, Error> {
    let unknown =
        |slug: &str| Error::UnknownProblem { operation: route.doc.id.to_owned(), slug: slug.to_owned() };
    let problems = gathered.answers.by_status(&implied::slugs(route)).map_err(unknown)?;
    let limited = has_limits(route.access);
    let mut own: BTreeMap<u16, Vec<Answer>> = BTreeMap::new();
    for answer in route.doc.answers {
        own.entry(answer.status).or_default().push(*answer);
    }
    if has_entity_tag(route) {
        own.entry(304).or_insert_with(|| vec![NOT_MODIFIED]);
    }

    let mut responses = ResponsesBuilder::new();
    for (status, answers) in &own {
        let mut response = of(route, *status, answers, gathered)?;
        if let Some(kinds) = problems.get(status) {
            response = response.content(problem::MEDIA_TYPE, problem::content(kinds));
        }
        responses = responses.response(status.to_string(), response.build());
    }
    for (status, kinds) in problems.iter().filter(|(status, _)| !own.contains_key(status)) {
        responses = responses.response(status.to_string(), gathered.answers.refer(kinds, limited));
    }
    Ok(responses.build())
}

/// One status of the operation's own. Several answers are one answer in several media types.
fn of(
    route: &Route<()>,
    status: u16,
    answers: &[Answer],
    gathered: &mut Gathered<'_>,
) -> Result<ResponseBuilder, Error> {
    let mut about: Vec<&str> = answers.iter().map(|answer| answer.about).collect();
    about.dedup();
    let mut response = ResponseBuilder::new().description(about.join(" "));
    for media in answers.iter().filter_map(|answer| answer.body) {
        let schema = gathered.schemas.refer(&media.schema)?;
        response = response.content(media.media_type, ContentBuilder::new().schema(Some(schema)).build());
    }
    Ok(headers(route, status)
        .into_iter()
        .fold(response, |response, header| response.header_ref(header.name, header.refer())))
}

fn headers(route: &Route<()>, status: u16) -> Vec<AnswerHeader> {
    let mut headers = vec![header::REQUEST_ID];
    if has_limits(route.access) {
        headers.extend([header::RATE_LIMIT_POLICY, header::RATE_LIMIT]);
    }
    if status == 201 {
        headers.push(header::LOCATION);
    }
    if route.creates && (200..300).contains(&status) {
        headers.push(header::REPLAYED);
    }
    if has_entity_tag(route) && matches!(status, 200 | 304) {
        headers.push(header::ENTITY_TAG);
    }
    if status == 503 {
        headers.push(header::RETRY_AFTER);
    }
    headers
}

/// Whether the guard limits the operation's callers.
const fn has_limits(access: Access) -> bool {
    !matches!(access, Access::Public | Access::Operator)
}
