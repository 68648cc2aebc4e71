//! `POST /api/v1/api-keys/leaked`

use insula_host::Settings;
use insula_tests::support::{Answer, App, Options};
use serde_json::{Value, json};

use super::reading_key;

const PATH: &str = "/api/v1/api-keys/leaked";

fn found(token: &str) -> Value {
    json!({ "token": token, "type": "insula_api_key", "url": "https://example.org/a", "source": "content" })
}

fn labels(answer: &Answer) -> Vec<String> {
    let items = answer.json();
    items.as_array().unwrap().iter().map(|item| item["label"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_key_that_was_found_in_public_is_revoked_at_once_and_the_rest_is_told_apart() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let ((path, key), (_, other)) = (reading_key(&app, &ada), reading_key(&app, &ada));
    let foreign = "sk_old_4eC39HqLyjWDarjtT1zdp7dc";
    let body = json!({ "key": foreign, "name": "moved", "scopes": ["read"] });
    let _ = ada.post("/api/v1/api-keys/import", &body).send().expect(201);
    let _ = key.get("/api/v1/reports").send().expect(200);
    let suffix = path.rsplit("key_").next().unwrap();
    let guessed = insula_domain::credential::api_key(true, suffix, &"A".repeat(43));
    let report = json!([
        found("nonsense"),
        found(&key.credential),
        found(foreign),
        found(&guessed),
        found(&app.operator().credential),
        found(&ada.credential),
    ]);

    let answer = app.request("POST", PATH).reported(&report).send().expect(200);

    let expected = [
        "false_positive",
        "true_positive",
        "true_positive",
        "false_positive",
        "false_positive",
        "false_positive",
    ];
    assert_eq!(labels(&answer), expected);
    assert!(!answer.text().contains(&key.credential), "a secret is repeated");
    assert_eq!(answer.json()[0]["token_type"], "insula_api_key");
    // The SHA-256 of `nonsense`, in base64.
    assert_eq!(answer.json()[0]["token_hash"], "mZqqhkW7cv9ZnhQ7Hj0qlHdxJ/R4OmnwZyUfe768WrY=");
    for caller in [&key, &app.caller(foreign)] {
        caller.get("/api/v1/reports").send().problem(401, "unauthenticated");
    }
    let _ = other.get("/api/v1/reports").send().expect(200);
    let shown = ada.get(&path).send().expect(200).json();
    assert_eq!(
        (&shown["revoked_because"], &shown["revoked_at"]),
        (&json!("leak"), &json!("2030-01-01T00:00:00Z"))
    );
    let before = app.db().dump();
    let again = app.request("POST", PATH).reported(&report).send().expect(200);
    assert_eq!(labels(&again), expected);
    assert_eq!(app.db().dump(), before);
}

/// Protects every tenant: who could make up reports could find out which keys there are, and end those that it has seen.
#[test]
fn what_is_not_signed_by_a_known_scanner_is_refused_and_changes_nothing() {
    let app = App::start();
    let ada = app.person("ada");
    let (_, key) = reading_key(&app, &ada);
    let report = json!([found(&key.credential)]);
    let before = app.db().dump();
    let signed = app.request("POST", PATH).reported(&json!([found("other")]));
    let stolen = signed.header_of("github-public-key-signature");

    for (name, signature) in
        [("", ""), ("scanner", ""), ("scanner", "AAAA"), ("scanner", &stolen), ("other", &stolen)]
    {
        let answer = app.request("POST", PATH).signed_as(name, signature).json(&report).send();
        answer.problem(401, "unauthenticated");
    }
    app.request("POST", PATH).json(&report).send().problem(401, "unauthenticated");
    app.operator().request("POST", PATH).json(&report).send().problem(401, "unauthenticated");

    assert_eq!(app.db().dump(), before);
    let _ = key.get("/api/v1/reports").send().expect(200);
}

#[test]
fn without_configured_scanners_nobody_is_believed() {
    fn without(settings: &mut Settings) {
        settings.variables.remove("secret_scanning_keys");
    }
    let app = App::with(Options { settings: without, ..Options::default() });
    app.request("POST", PATH).reported(&json!([found("x")])).send().problem(401, "unauthenticated");
}

#[test]
fn a_report_is_bounded_and_well_formed() {
    let app = App::start();
    let send = |body: Value| app.request("POST", PATH).reported(&body).send();
    assert_eq!(labels(&send(json!(vec![found("x"); 500])).expect(200)).len(), 500);
    send(json!(vec![found("x"); 501])).invalid("", "length");
    send(json!([])).invalid("", "length");
    for malformed in [json!({}), json!([{ "token": "x" }]), json!([7]), json!(null)] {
        send(malformed).problem(400, "malformed");
    }
}
