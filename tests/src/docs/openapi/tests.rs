//! What the document promises, over all routes and over routes made for a test.

use insula_kit::openapi::{Answer, Doc, Media};
use insula_kit::problem::Kind;
use insula_kit::route::{Access, Body, Method, Route};
use serde_json::{Value, json};

use super::*;
use crate::docs::problems;
use crate::routes::groups;

const DONE: &[Answer] = &[Answer::empty(204, "Done.")];
const ODD_ONE: &[&Kind] = &[&ODD];
static ODD: Kind = Kind { status: 409, slug: "odd", title: "Odd", about: "It is odd." };

fn route(id: &'static str, access: Access) -> Route<()> {
    Route {
        method: Method::Post,
        path: "/api/v1/things",
        operation: (),
        access,
        metered: false,
        creates: false,
        body: Body::None,
        doc: Doc { id, summary: "S", about: "", query: &[], answers: DONE, problems: &[] },
    }
}

fn written(routes: Vec<Route<()>>) -> Result<Value, Error> {
    let groups = [Group { name: "things", about: "Things.", routes, kinds: &[] }];
    document(&groups, &problems::catalogue(&groups)?)
}

fn statuses(operation: &Value) -> Vec<&str> {
    operation["responses"].as_object().unwrap().keys().map(String::as_str).collect()
}

fn all() -> Value {
    document(&groups(), &problems::catalogue(&groups()).unwrap()).unwrap()
}

/// Every reference anywhere in the document.
fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str));
            members.values().for_each(|member| references(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn every_route_of_every_group_is_an_operation() {
    let document = all();
    assert_eq!(document["openapi"], "3.1.0");
    for group in groups() {
        for route in group.routes {
            let method = route.method.as_str().to_ascii_lowercase();
            let operation = &document["paths"][route.path][method];
            assert_eq!(operation["operationId"], route.doc.id);
            assert_eq!(operation["tags"], json!([group.name]));
            let named = operation["parameters"].as_array().into_iter().flatten();
            let in_path = named.filter(|parameter| parameter["in"] == "path").count();
            assert_eq!(in_path, route.path.matches('{').count(), "{}", route.path);
        }
    }
}

#[test]
fn every_reference_leads_somewhere_and_everything_shared_is_used() {
    let document = all();
    let mut found = Vec::new();
    references(&document, &mut found);
    for reference in &found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
    for part in ["schemas", "responses"] {
        for name in document["components"][part].as_object().unwrap().keys() {
            assert!(found.contains(&format!("#/components/{part}/{name}").as_str()), "{part}/{name}");
        }
    }
}

#[test]
fn every_operation_has_an_answer_for_success_and_every_answer_a_request_id() {
    let document = all();
    for operation in
        document["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values())
    {
        let id = &operation["operationId"];
        assert!(statuses(operation).iter().any(|status| status.starts_with('2')), "{id}");
        for response in operation["responses"].as_object().unwrap().values() {
            let pointer = response["$ref"].as_str().map(|reference| reference.trim_start_matches('#'));
            let response = pointer.map_or(response, |pointer| document.pointer(pointer).unwrap());
            assert!(response["headers"]["X-Request-Id"].is_object(), "{id}");
            assert!(!response["description"].as_str().unwrap().is_empty(), "{id}");
        }
    }
}

#[test]
fn a_guarded_operation_may_refuse_its_caller_and_a_public_one_may_not() {
    let guarded = written(vec![route("a", Access::Person)]).unwrap();
    let operation = &guarded["paths"]["/api/v1/things"]["post"];
    assert_eq!(statuses(operation), ["204", "400", "401", "403", "422", "429", "500", "503", "504"]);
    assert_eq!(operation["security"], json!([{ "access_token": [] }]));
    assert!(operation["responses"]["204"]["headers"]["RateLimit"].is_object());

    let public = written(vec![route("a", Access::Public)]).unwrap();
    let operation = &public["paths"]["/api/v1/things"]["post"];
    assert_eq!(statuses(operation), ["204", "400", "422", "500", "503", "504"]);
    assert_eq!(operation["security"], json!([]));
    assert!(operation["responses"]["204"]["headers"]["RateLimit"].is_null());
}

/// The kinds of problems that an operation may answer, with any status.
fn kinds(document: &Value, method: &str, path: &str) -> Vec<String> {
    let responses = document["paths"][path][method]["responses"].as_object().unwrap();
    let examples = |response: &Value| {
        let pointer = response["$ref"].as_str().map(|reference| reference.trim_start_matches('#').to_owned());
        let response = pointer.map_or(response, |pointer| document.pointer(&pointer).unwrap());
        let examples = response["content"][problem::MEDIA_TYPE]["examples"].as_object();
        examples.map(|examples| examples.keys().cloned().collect::<Vec<_>>()).unwrap_or_default()
    };
    responses.values().flat_map(examples).collect()
}

#[test]
fn an_operation_has_the_problems_that_it_can_have_and_no_other() {
    let document = all();
    let has = |method, path, kind: &str| kinds(&document, method, path).iter().any(|other| other == kind);
    for path in ["/internal/tick", "/internal/migrate"] {
        assert!(has("post", path, "not-migrated") && has("post", path, "unavailable"), "{path}");
        assert!(!has("post", path, "rate-limited") && !has("post", path, "not-found"), "{path}");
    }
    for path in ["/api/v1/auth/register", "/api/v1/auth/login"] {
        assert!(has("post", path, "not-migrated") && has("post", path, "unavailable"), "{path}");
        assert!(!has("post", path, "idempotency-key-reused"), "{path}");
    }
    for path in ["/.well-known/openid-configuration", "/health/live", "/problems", "/openapi.json", "/docs"] {
        assert!(!has("get", path, "not-migrated") && !has("get", path, "unavailable"), "{path}");
    }
    assert!(has("post", "/api/v1/tenants", "idempotency-key-reused"));
    assert!(!has("post", "/api/v1/tenants", "not-found") && has("get", "/api/v1/usage", "not-found"));
}

#[test]
fn an_operation_that_makes_something_reads_an_idempotency_key_and_a_strict_body() {
    const MADE: &[Answer] = &[Answer::json::<insula_kit::validate::FieldError>(201, "Made.")];
    let mut making = route("make", Access::Person);
    making.creates = true;
    making.body = Body::Json(Media::json::<insula_ops::catalogue::ProblemKind>());
    making.doc.answers = MADE;
    let document = written(vec![making]).unwrap();
    let operation = &document["paths"]["/api/v1/things"]["post"];

    assert_eq!(operation["parameters"][0]["name"], "Idempotency-Key");
    assert_eq!(operation["requestBody"]["required"], true);
    assert_eq!(document["components"]["schemas"]["ProblemKind"]["additionalProperties"], false);
    let made = &operation["responses"]["201"]["headers"];
    assert!(made["Location"].is_object() && made["Idempotency-Replayed"].is_object());
    for status in ["413", "415"] {
        assert!(statuses(operation).contains(&status), "{status}");
    }
    assert!(operation["responses"]["400"]["$ref"].as_str().unwrap().contains("Malformed"));
    let reused = operation["responses"]["422"]["$ref"].as_str().unwrap();
    assert!(reused.contains("IdempotencyKeyReused"), "{reused}");
}

#[test]
fn a_single_resource_has_an_entity_tag_and_its_path_an_id_of_its_kind() {
    const READ: &[Answer] = &[Answer::json::<insula_kit::validate::FieldError>(200, "It.")];
    let mut reading = route("get_thing", Access::MemberOfPath);
    (reading.method, reading.path, reading.doc.answers) = (Method::Get, "/api/v1/tenants/{tenant_id}", READ);
    let document = written(vec![reading]).unwrap();
    let operation = &document["paths"]["/api/v1/tenants/{tenant_id}"]["get"];
    assert!(operation["responses"]["200"]["headers"]["ETag"].is_object());
    assert!(operation["responses"]["304"]["headers"]["ETag"].is_object());
    let pattern = &operation["parameters"][0]["schema"]["pattern"];
    assert_eq!(pattern, "^ten_[0-7][0-9a-hjkmnp-tv-z]{25}$");
    assert_eq!(operation["parameters"][1]["name"], "If-None-Match");
}

#[test]
fn an_answer_and_a_problem_of_one_status_are_both_described() {
    let content = &all()["paths"]["/health"]["get"]["responses"]["503"]["content"];
    assert!(content["application/json"].is_object() && content["application/problem+json"].is_object());
}

#[test]
fn two_operations_can_not_have_one_id() {
    let mut other = route("a", Access::Public);
    other.path = "/api/v1/others";
    let refused = written(vec![route("a", Access::Public), other]);
    assert!(matches!(refused, Err(Error::SameOperation(id)) if id == "a"));
}

#[test]
fn a_problem_that_no_catalogue_has_is_refused() {
    let mut odd = route("a", Access::Public);
    odd.doc.problems = ODD_ONE;
    assert!(matches!(written(vec![odd]), Err(Error::UnknownProblem { slug, .. }) if slug == "odd"));
}
