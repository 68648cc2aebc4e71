//! `POST /api/v1/tenants` with an `Idempotency-Key`.

use insula_tests::support::{Answer, App, Caller, eight_at_once};
use serde_json::json;

use crate::http::auth::token;

fn keyed(caller: &Caller<'_>, path: &str, name: &str) -> Answer {
    caller.post(path, &json!({ "name": name })).header("idempotency-key", "one").send()
}

fn made(app: &App) -> i64 {
    app.db().number("select count(*) from tenant where name = 'Acme'")
}

#[test]
fn the_same_request_again_is_answered_as_the_first_time_and_makes_one_tenant() {
    let app = App::start();
    let ada = app.person("ada");

    let answers = [0, 1].map(|_| keyed(&ada, "/api/v1/tenants", "Acme").expect(201));

    assert_eq!(answers[0].body, answers[1].body);
    assert_eq!(answers[1].header("location"), answers[0].header("location"));
    assert_eq!(answers.each_ref().map(|answer| answer.header("idempotency-replayed")), ["", "true"]);
    // What is left of the caller's limits is of this call, not of the first.
    assert_ne!(answers[1].header("ratelimit"), answers[0].header("ratelimit"));
    assert_eq!(made(&app), 1);
    keyed(&ada, "/api/v1/tenants", "Other").problem(422, "idempotency-key-reused");
}

#[test]
fn a_key_is_known_by_caller_and_route() {
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let first = keyed(&ada, "/api/v1/tenants", "Acme").expect(201);

    for other in [keyed(&bob, "/api/v1/tenants", "Acme"), keyed(&ada, "/api/v1/workspaces", "Acme")] {
        let other = other.expect(201);
        assert_eq!(other.header("idempotency-replayed"), "");
        assert_ne!(other.json()["id"], first.json()["id"]);
    }
    assert_eq!(made(&app), 3);
}

#[test]
fn another_session_of_the_same_person_is_the_same_caller() {
    let app = App::start();
    let ada = app.person("ada");
    let first = keyed(&ada, "/api/v1/tenants", "Acme").expect(201);
    app.advance(std::time::Duration::from_secs(3_600));

    let later = app.caller(&token(&app, &ada.email, Some(&ada.tenant_id)));

    assert_eq!(keyed(&later, "/api/v1/tenants", "Acme").expect(201).body, first.body);
    assert_eq!(made(&app), 1);
}

#[test]
fn equal_requests_at_once_make_one_tenant() {
    let app = App::start().without_limits();
    let ada = app.person("ada");

    let answers = eight_at_once(|_| keyed(&ada, "/api/v1/tenants", "Acme").expect(201));

    assert!(answers.iter().all(|answer| answer.body == answers[0].body));
    assert_eq!(made(&app), 1);
    assert_eq!(app.db().number("select count(*) from membership"), 2);
}
