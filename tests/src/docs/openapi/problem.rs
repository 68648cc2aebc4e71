//! Problems in the document: one schema for all, and one shared answer for each set of kinds that come together.

use std::collections::{BTreeMap, BTreeSet};

use insula_ops::catalogue::ProblemKind;
use serde_json::{Map, Value, json};
use utoipa::openapi::example::{Example, ExampleBuilder};
use utoipa::openapi::schema::{ArrayBuilder, Object, ObjectBuilder, Ref, Type};
use utoipa::openapi::{Content, ContentBuilder, KnownFormat, RefOr, Response, ResponseBuilder, SchemaFormat};

use super::header::{AUTHENTICATE, RATE_LIMIT, RATE_LIMIT_POLICY, REQUEST_ID, RETRY_AFTER};

/// The media type of problems.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// The answers with problems, by name, as far as operations refer to them.
pub struct ProblemAnswers<'a> {
    catalogue: BTreeMap<&'a str, &'a ProblemKind>,
    answers: BTreeMap<String, Response>,
}

impl<'a> ProblemAnswers<'a> {
    /// None yet, of the kinds of that catalogue.
    pub fn new(problems: &'a [ProblemKind]) -> Self {
        let catalogue = problems.iter().map(|kind| (kind.slug.as_str(), kind)).collect();
        Self { catalogue, answers: BTreeMap::new() }
    }

    /// The kinds of a status, of those that the slugs name; or the slug that no catalogue has.
    pub fn by_status<'s>(&self, slugs: &[&'s str]) -> Result<BTreeMap<u16, Vec<&'a ProblemKind>>, &'s str> {
        let mut found: BTreeMap<u16, Vec<&'a ProblemKind>> = BTreeMap::new();
        for slug in slugs.iter().collect::<BTreeSet<_>>() {
            let kind = self.catalogue.get(slug).ok_or(*slug)?;
            found.entry(kind.status).or_default().push(kind);
        }
        Ok(found)
    }

    /// A reference to the answer with one of these kinds. `limited`: of an operation whose callers have limits.
    pub fn refer(&mut self, kinds: &[&ProblemKind], limited: bool) -> Ref {
        let name = name(kinds, limited);
        let reference = Ref::from_response_name(&name);
        self.answers.entry(name).or_insert_with(|| answer(kinds, limited));
        reference
    }

    /// All that were referred to.
    pub fn iter(&self) -> impl Iterator<Item = (&String, Response)> {
        self.answers.iter().map(|(name, answer)| (name, answer.clone()))
    }
}

/// `ForbiddenOrTenantSuspended`, and `WithLimits` after it where the answer tells of limits.
fn name(kinds: &[&ProblemKind], limited: bool) -> String {
    let pascal = |kind: &&ProblemKind| -> String { kind.slug.split('-').map(capital).collect() };
    let names: Vec<String> = kinds.iter().map(pascal).collect();
    let told = has_limits(kinds, limited);
    format!("{}{}", names.join("Or"), if told { "WithLimits" } else { "" })
}

fn capital(word: &str) -> String {
    let (first, rest) = word.split_at(word.len().min(1));
    first.to_ascii_uppercase() + rest
}

/// A refusal of an admitted call tells what is left of its limits; a failure of the server doesn't. Whoever comes too
/// often is told in any case.
fn has_limits(kinds: &[&ProblemKind], limited: bool) -> bool {
    kinds.iter().all(|kind| kind.status == 429 || limited && kind.status < 500 && kind.status != 401)
}

/// An answer with one of the kinds, which all have one status.
pub fn answer(kinds: &[&ProblemKind], limited: bool) -> Response {
    let named: Vec<String> = kinds.iter().map(|kind| format!("`{}`: {}", kind.slug, kind.about)).collect();
    let mut response = ResponseBuilder::new()
        .description(named.join("\n\n"))
        .content(MEDIA_TYPE, content(kinds))
        .header_ref(REQUEST_ID.name, REQUEST_ID.refer());
    let status = kinds.first().map_or(500, |kind| kind.status);
    if status == 401 {
        response = response.header_ref(AUTHENTICATE.name, AUTHENTICATE.refer());
    }
    if matches!(status, 429 | 503) {
        response = response.header_ref(RETRY_AFTER.name, RETRY_AFTER.refer());
    }
    if has_limits(kinds, limited) {
        response = response
            .header_ref(RATE_LIMIT_POLICY.name, RATE_LIMIT_POLICY.refer())
            .header_ref(RATE_LIMIT.name, RATE_LIMIT.refer());
    }
    response.build()
}

/// The body: a problem, with an example of each kind.
pub fn content(kinds: &[&ProblemKind]) -> Content {
    ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Problem")))
        .examples_from_iter(kinds.iter().map(|kind| (kind.slug.as_str(), RefOr::T(example(kind)))))
        .build()
}

fn example(kind: &ProblemKind) -> Example {
    let mut members = Map::new();
    let mut add = |name: &str, value: Value| members.insert(name.to_owned(), value);
    add("instance", json!("urn:insula:request:req_01h455vb4pex5vsknk084sn02q"));
    add("status", json!(kind.status));
    add("title", json!(kind.title));
    add("type", json!(kind.reference));
    match kind.status {
        422 if kind.slug == "invalid" => {
            add("errors", json!([{"code": "required", "detail": "is required", "pointer": "/name"}]));
        }
        429 => {
            add("limit", json!(100));
            add("reset_at", json!("2030-01-02T00:00:00Z"));
            add("retry_after", json!(3_600));
            add("used", json!(100));
        }
        500.. => {
            add("trace_id", json!("4bf92f3577b34da6a3ce929d0e0e4736"));
        }
        _ => {}
    }
    ExampleBuilder::new().summary(kind.title.as_str()).value(Some(Value::Object(members))).build()
}

/// The schema of every problem. It is open: a kind may have members of its own.
pub fn schema() -> Object {
    let field_errors = ArrayBuilder::new()
        .items(Ref::from_schema_name("FieldError"))
        .description(Some("What is wrong with which field. With `invalid`, every bad field."));
    ObjectBuilder::new()
        .description(Some("An error (RFC 9457). `type` leads to its page; programs branch on it."))
        .property(
            "type",
            text("Which kind of problem: a reference relative to this server.")
                .format(custom("uri-reference")),
        )
        .property("title", text("What happened, in a few words that never vary."))
        .property("status", number("The HTTP status.").minimum(Some(400)).maximum(Some(599)))
        .property("detail", text("A sentence about this occurrence."))
        .property("instance", text("This occurrence: the request's id.").format(custom("uri")))
        .property("errors", field_errors)
        .property("trace_id", text("Leads to the log; with problems of the server."))
        .property("retry_after", number("Seconds after which the call may succeed.").minimum(Some(1)))
        .property("metric", text("The metric whose quota is used up."))
        .property("limit", number("The most that the limit allows.").minimum(Some(0)))
        .property("used", number("What is used of the limit.").minimum(Some(0)))
        .property(
            "reset_at",
            text("When the limit is whole again.")
                .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime))),
        )
        .property("limit_bytes", number("The most bytes that the operation accepts.").minimum(Some(1)))
        .required("type")
        .required("title")
        .required("status")
        .required("instance")
        .build()
}

fn text(about: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).description(Some(about))
}

fn number(about: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Integer).description(Some(about))
}

fn custom(format: &str) -> Option<SchemaFormat> {
    Some(SchemaFormat::Custom(format.to_owned()))
}
