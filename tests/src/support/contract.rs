//! The contract: every answer that a test sees is one that `/openapi.json` allows.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock};

use jsonschema::Validator;
use serde_json::{Value, json};

use super::answer::Answer;

const DOCUMENT: &str = include_str!("../../../components/ops/generated/openapi.json");

fn document() -> &'static Value {
    static PARSED: OnceLock<Value> = OnceLock::new();
    PARSED.get_or_init(|| serde_json::from_str(DOCUMENT).expect("the OpenAPI document"))
}

/// Sees that the answer is one of those that the document gives for the operation: its status, its media type, and
/// its body by schema; of a problem also its kind. Paths and methods that are in no document may only be answered with problems.
#[track_caller]
pub fn check(method: &str, path: &str, answer: &Answer) {
    let path = path.split('?').next().unwrap_or_default();
    let media_type = answer.header("content-type").split(';').next().unwrap_or_default().trim().to_owned();
    let Some((template, operation)) = operation(method, path) else {
        seen(answer.json()["type"].as_str().unwrap_or_default());
        let allowed = matches!(answer.status, 404 | 405) || answer.status >= 500 || answer.status == 413;
        assert!(allowed && media_type == "application/problem+json", "not in the document: {answer}");
        return;
    };
    let response = resolved(&operation["responses"][answer.status.to_string()]);
    assert!(response.is_object(), "the document has no {} for {method} {template}: {answer}", answer.status);
    if answer.body.is_empty() {
        let has_none = method == "HEAD" || answer.status == 304 || !response["content"].is_object();
        assert!(has_none, "the document promises a body for {method} {template}: {answer}");
        return;
    }
    let content = &response["content"][&media_type];
    assert!(content.is_object(), "the document has no {media_type} for {method} {template}: {answer}");
    if media_type == "application/problem+json" {
        seen(answer.json()["type"].as_str().unwrap_or_default());
        // Each kind of problem that the operation may answer is one of the examples.
        let kind = answer.json()["type"].as_str().unwrap_or_default().replace("/problems/", "");
        let named = content["examples"][&kind].is_object();
        assert!(named, "the document has no problem `{kind}` for {method} {template}: {answer}");
    }
    if media_type.ends_with("json") && !media_type.ends_with("ndjson") && content["schema"].is_object() {
        let pointer = format!("{method} {template} {} {media_type}", answer.status);
        validate(&pointer, &content["schema"], answer);
    }
}

/// Notes down that a test has met this kind of problem: as a file of its name in the folder that `cargo xtask test`
/// looks into at the end. Without such a folder nothing is noted.
pub fn seen(kind: &str) {
    let (Some(folder), Some(slug)) =
        (std::env::var_os("INSULA_TEST_PROBLEMS"), kind.strip_prefix("/problems/"))
    else {
        return;
    };
    std::fs::write(std::path::Path::new(&folder).join(slug), [])
        .expect("the folder of the problems that were met");
}

/// What a reference leads to; anything else is itself.
fn resolved(value: &'static Value) -> &'static Value {
    let target = value["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
    target.and_then(|pointer| document().pointer(pointer)).unwrap_or(value)
}

fn operation(method: &str, path: &str) -> Option<(&'static str, &'static Value)> {
    let method = if method == "HEAD" { "get".to_owned() } else { method.to_lowercase() };
    let paths = document()["paths"].as_object()?;
    let mut candidates: Vec<_> = paths.iter().filter(|(template, _)| matches(template, path)).collect();
    candidates.sort_by_key(|(template, _)| template.matches('{').count());
    let (template, item) = candidates.first()?;
    item.get(&method).map(|operation| (template.as_str(), operation))
}

fn matches(template: &str, path: &str) -> bool {
    let (wanted, found): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    wanted.len() == found.len()
        && wanted
            .iter()
            .zip(&found)
            .all(|(wanted, found)| wanted.starts_with('{') && !found.is_empty() || wanted == found)
}

#[track_caller]
fn validate(pointer: &str, schema: &Value, answer: &Answer) {
    static VALIDATORS: OnceLock<Mutex<HashMap<String, Validator>>> = OnceLock::new();
    let validators = VALIDATORS.get_or_init(Mutex::default);
    let mut validators = validators.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let validator = validators.entry(pointer.to_owned()).or_insert_with(|| {
        let whole = json!({ "allOf": [schema], "components": document()["components"] });
        jsonschema::draft202012::new(&whole).unwrap_or_else(|error| panic!("{pointer}: {error}"))
    });
    let body = answer.json();
    let errors: Vec<String> =
        validator.iter_errors(&body).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{pointer} doesn't match its schema: {errors:#?}\n{answer}");
}
