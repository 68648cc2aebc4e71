//! JSON bodies of the wrong shape, on every route that reads one: every fault is told at once, by its pointer.

use insula_kit::route::{Body, Route};
use insula_tests::support::{Answer, App, Caller};
use serde_json::{Map, Value, json};

use super::malformed::{each, plain};
use super::samples::json_body;

/// Calls `act` for every route that reads JSON: with what sends a text to it, the schema of its body, and a body that
/// it accepts.
fn each_body(act: impl Fn(&dyn Fn(&str) -> Answer, &Value, &Map<String, Value>)) {
    each(|app, route, path, caller| {
        let Some(schema) = schema(route) else { return };
        let sample =
            json_body(app, route.doc.id).unwrap_or_else(|| panic!("no sample for `{}`", route.doc.id));
        let before = app.db().dump();
        act(&|text| send(app, route, path, caller.as_ref(), text), &schema, sample.as_object().unwrap());
        assert_eq!(app.db().dump(), before, "{path}");
    });
}

fn schema(route: &Route<()>) -> Option<Value> {
    let Body::Json(media) = route.body else { return None };
    let (_, schema) = media.schema.collect().swap_remove(0);
    Some(serde_json::to_value(schema).unwrap())
}

fn send(app: &App, route: &Route<()>, path: &str, caller: Option<&Caller<'_>>, text: &str) -> Answer {
    let request = plain(app, route.method.as_str(), path, caller);
    request.body("application/json", text.to_owned()).send()
}

/// Sees that exactly these faults are told, in any order.
#[track_caller]
fn faults(answer: &Answer, mut expected: Vec<(String, &str)>) {
    let problem = answer.problem(422, "invalid");
    let text = |error: &Value, member: &str| error[member].as_str().unwrap().to_owned();
    let mut found: Vec<(String, String)> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| (text(error, "pointer"), text(error, "code")))
        .collect();
    let mut expected: Vec<(String, String)> =
        expected.drain(..).map(|(pointer, code)| (pointer, code.to_owned())).collect();
    found.sort();
    expected.sort();
    assert_eq!(found, expected, "{answer}");
}

#[test]
fn every_missing_field_is_told_at_once() {
    each_body(|send, schema, _| {
        // Where nothing is required, nothing is missing.
        let Some(required) = schema["required"].as_array() else { return };
        let expected = required.iter().map(|name| (format!("/{}", name.as_str().unwrap()), "required"));
        faults(&send("{}"), expected.collect());
    });
}

#[test]
fn every_field_of_a_wrong_type_and_every_unknown_one_is_told_at_once() {
    each_body(|send, schema, _| {
        let names: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
        let wrong = |name: &str| {
            let of_objects = schema["properties"][name]["type"].to_string().contains("object");
            if of_objects { json!(7) } else { json!({}) }
        };
        let mut body: Map<String, Value> = names.iter().map(|name| ((*name).clone(), wrong(name))).collect();
        body.insert("a~b/c".to_owned(), json!(1));
        body.insert("surprise".to_owned(), json!({ "deep": [] }));
        let mut expected: Vec<_> = names.iter().map(|name| (format!("/{name}"), "type")).collect();
        expected.extend([("/a~0b~1c".to_owned(), "unknown"), ("/surprise".to_owned(), "unknown")]);
        faults(&send(&Value::Object(body).to_string()), expected);
    });
}

#[test]
fn a_field_that_comes_twice_is_refused_even_when_both_say_the_same() {
    each_body(|send, _, sample| {
        let (name, value) = sample.iter().next().unwrap();
        let whole = json!(sample).to_string();
        let twice = format!("{{{}:{value},{}", json!(name), &whole[1..]);
        faults(&send(&twice), vec![(format!("/{name}"), "repeated")]);
    });
}

#[test]
fn json_that_is_no_object_is_refused_as_a_whole() {
    each_body(|send, _, sample| {
        let values = Value::from(sample.values().cloned().collect::<Vec<_>>()).to_string();
        for text in ["null", "true", "7", "\"text\"", "[]", &values] {
            faults(&send(text), vec![(String::new(), "type")]);
        }
    });
}

/// Protects the server: a body of 1 MiB must not be answered with more than it holds.
#[test]
fn of_very_many_faults_the_first_hundred_are_told() {
    each_body(|send, _, _| {
        let names: Vec<String> = (0..50_000).map(|number| format!("\"x{number}\":0")).collect();
        let problem = send(&format!("{{{}}}", names.join(","))).problem(422, "invalid");
        assert_eq!(problem["errors"].as_array().unwrap().len(), 100);
    });
}
