//! Parameters: of the path, of the query, and the headers that an operation reads beside the credential.

use insula_kit::id::{Key, Kind, Report, Session, Tenant, User};
use insula_kit::openapi::Query;
use insula_kit::route::Route;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};
use utoipa::openapi::{KnownFormat, Required, SchemaFormat};

use super::operation::has_entity_tag;

/// Everything that the operation reads, except body and credential.
pub fn all(route: &Route<()>) -> Vec<Parameter> {
    let mut parameters: Vec<Parameter> = names(route.path).map(path).collect();
    let is_paged = route.doc.query.iter().any(|query| query.name == "cursor");
    parameters.extend(route.doc.query.iter().map(|one| query(one, is_paged)));
    if route.creates {
        parameters.push(idempotency_key());
    }
    if has_entity_tag(route) {
        parameters.push(if_none_match());
    }
    parameters
}

/// The names between braces.
pub fn names(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
}

fn path(name: &str) -> Parameter {
    let (schema, about) = match name {
        "tenant_id" => (id::<Tenant>(), "The tenant."),
        "user_id" => (id::<User>(), "The person."),
        "session_id" => (id::<Session>(), "The session."),
        "key_id" => (id::<Key>(), "The API key."),
        "report_id" => (id::<Report>(), "The report."),
        "subject" => (
            text().pattern(Some("^[a-z][a-z0-9_]{0,62}$")).examples(["all"]).build(),
            "`all` calls, an operation by its id in this document, or an API key by its id.",
        ),
        "plan" => (
            text().pattern(Some("^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$")).examples(["free"]).build(),
            "The plan.",
        ),
        "slug" => (text().pattern(Some("^[a-z][a-z-]*$")).build(), "The last part of a problem's `type`."),
        _ => (text().build(), ""),
    };
    let about = (!about.is_empty()).then_some(about);
    parameter(name, ParameterIn::Path, schema).required(Required::True).description(about).build()
}

/// The pattern of a `TypeID`: the prefix and 128 bits in Crockford's base 32.
fn id<K: Kind>() -> Object {
    let example = format!("{}_01h455vb4pex5vsknk084sn02q", K::PREFIX);
    text().pattern(Some(format!("^{}_[0-7][0-9a-hjkmnp-tv-z]{{25}}$", K::PREFIX))).examples([example]).build()
}

/// A number of things on a page has the bounds of all pages; another one says its own in words.
fn query(query: &Query, is_paged: bool) -> Parameter {
    let schema = match query.name {
        "limit" if !is_paged => ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).build(),
        "limit" => ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(1))
            .maximum(Some(200))
            .default(Some(50.into()))
            .build(),
        "period" => text().format(Some(SchemaFormat::KnownFormat(KnownFormat::Date))).build(),
        _ => text().build(),
    };
    parameter(query.name, ParameterIn::Query, schema)
        .required(Required::False)
        .description(Some(query.about))
        .build()
}

fn idempotency_key() -> Parameter {
    let schema = text().min_length(Some(1)).max_length(Some(255)).pattern(Some("^[!-~]+$")).build();
    parameter("Idempotency-Key", ParameterIn::Header, schema)
        .required(Required::False)
        .description(Some(
            "A text of the caller's choice, new for each new request. Sent again with the same request within 24 \
             hours, it gets the stored answer and makes nothing anew.",
        ))
        .build()
}

fn if_none_match() -> Parameter {
    parameter("If-None-Match", ParameterIn::Header, text().build())
        .required(Required::False)
        .description(Some("The `ETag` of an earlier answer; 304 while it is still the present one."))
        .build()
}

fn parameter(name: &str, place: ParameterIn, schema: Object) -> ParameterBuilder {
    ParameterBuilder::new().name(name).parameter_in(place).schema(Some(schema))
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}
