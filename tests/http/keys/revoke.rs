//! `DELETE /api/v1/api-keys/{key_id}`

use std::time::Duration;

use insula_tests::support::{App, eight_at_once};

use super::{PATH, create, reading_key};

#[test]
fn a_revoked_key_is_refused_on_its_next_call_and_the_others_are_not() {
    let app = App::start();
    let ada = app.person("ada");
    let ((path, key), (_, other)) = (reading_key(&app, &ada), reading_key(&app, &ada));
    let _ = key.get("/api/v1/usage").send().expect(200);
    app.advance(Duration::from_millis(9));

    let answer = ada.request("DELETE", &path).send().expect(204);

    assert!(answer.body.is_empty() && !answer.header("ratelimit").is_empty(), "{answer}");
    key.get("/api/v1/usage").send().problem(401, "unauthenticated");
    let own_header = app.request("GET", "/api/v1/usage").header("x-api-key", &key.credential);
    own_header.send().problem(401, "unauthenticated");
    let _ = other.get("/api/v1/usage").send().expect(200);
    let revoked = app.db().rows("select id, revoked_at_ms from api_key where revoked_at_ms is not null");
    assert_eq!(revoked, [[path.rsplit('/').next().unwrap(), "1893456000009"]]);
    assert_eq!(ada.get(&path).send().expect(200).json()["revoked_at"], "2030-01-01T00:00:00.009Z");
}

#[test]
fn revoking_it_again_changes_nothing() {
    let app = App::start();
    let ada = app.person("ada");
    let (path, _) = reading_key(&app, &ada);
    let _ = ada.request("DELETE", &path).send().expect(204);
    let before = app.db().dump();
    app.advance(Duration::from_secs(60));

    let _ = ada.request("DELETE", &path).send().expect(204);

    assert_eq!(app.db().dump(), before);
}

#[test]
fn a_key_can_end_itself() {
    let app = App::start();
    let ada = app.person("ada");
    let made = create(&ada, &serde_json::json!({ "name": "x", "scopes": ["admin"] })).expect(201);
    let key = app.caller(made.json()["key"].as_str().unwrap());

    let _ = key.request("DELETE", made.header("location")).send().expect(204);

    key.request("DELETE", made.header("location")).send().problem(401, "unauthenticated");
}

#[test]
fn what_names_no_key_is_not_found() {
    let app = App::start();
    let ada = app.person("ada");
    for id in ["key_01h455vb4pex5vsknk084sn02q", &ada.user_id, "nonsense"] {
        ada.request("DELETE", &format!("{PATH}/{id}")).send().problem(404, "not-found");
    }
}

#[test]
fn of_calls_that_start_after_the_revocation_none_is_let_in() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let (path, key) = reading_key(&app, &ada);
    let _ = eight_at_once(|_| key.get("/api/v1/reports").send().expect(200));

    let _ = ada.request("DELETE", &path).send().expect(204);

    for answer in eight_at_once(|_| key.get("/api/v1/reports").send()) {
        answer.problem(401, "unauthenticated");
    }
    assert_eq!(app.db().number("select used from usage_counter where metric = 'api_calls'"), 8);
}
