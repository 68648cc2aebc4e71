//! `POST /api/v1/api-keys/{key_id}/rotate`

use std::time::Duration;

use insula_tests::support::{Answer, App, Caller, eight_at_once};
use serde_json::{Value, json};

use super::{key_with, patch, reading_key};

const HOUR: Duration = Duration::from_secs(3_600);

fn rotate(caller: &Caller<'_>, path: &str, body: &Value) -> Answer {
    caller.post(&format!("{path}/rotate"), body).send()
}

#[test]
fn a_new_key_with_the_same_settings_takes_over_within_a_day() {
    let app = App::start();
    let ada = app.person("ada");
    let body = json!({ "name": "CI", "scopes": ["read"], "expires_in_days": 90, "rate_limit": "5/second", "live": false,
        "allowed_networks": ["127.0.0.1"], "metadata": { "a": "b" } });
    let (path, old_text, old) = key_with(&app, &ada, body);
    let _ = old.get("/api/v1/reports").send().expect(200);
    app.advance(Duration::from_secs(60));

    let answer = rotate(&ada, &path, &json!({})).expect(201);

    let made = answer.json();
    let new = app.caller(made["key"].as_str().unwrap());
    assert_eq!(made["replaced_key_ends_at"], "2030-01-02T00:01:00Z");
    assert_eq!(path, format!("/api/v1/api-keys/{}", made["replaced_key_id"].as_str().unwrap()));
    let before = ada.get(&path).send().expect(200).json();
    for same in ["name", "scopes", "rate_limit", "live", "allowed_networks", "metadata", "created_by"] {
        assert_eq!(made[same], before[same], "{same}");
    }
    // It lives as long as the old one was to live; nothing of its past comes with it.
    assert_eq!((&made["expires_at"], &made["last_used_at"]), (&json!("2030-04-01T00:01:00Z"), &Value::Null));
    assert_eq!(
        (&before["successor_id"], &before["expires_at"]),
        (&made["id"], &json!("2030-01-02T00:01:00Z"))
    );
    assert_ne!(made["key"], json!(old_text));

    for key in [&old, &new] {
        let _ = key.get("/api/v1/reports").send().expect(200);
    }
    app.advance(24 * HOUR);
    old.get("/api/v1/reports").send().problem(401, "unauthenticated");
    let _ = new.get("/api/v1/reports").send().expect(200);
}

#[test]
fn without_grace_the_old_key_ends_at_once() {
    let app = App::start();
    let ada = app.person("ada");
    let (path, old) = reading_key(&app, &ada);

    let made = rotate(&ada, &path, &json!({ "grace_period_hours": 0 })).expect(201).json();

    assert_eq!(made["replaced_key_ends_at"], "2030-01-01T00:00:00Z");
    old.get("/api/v1/reports").send().problem(401, "unauthenticated");
    let _ = app.caller(made["key"].as_str().unwrap()).get("/api/v1/reports").send().expect(200);
    let shown = ada.get(&path).send().expect(200).json();
    assert_eq!(
        (&shown["revoked_because"], &shown["revoked_at"]),
        (&json!("rotation"), &json!("2030-01-01T00:00:00Z"))
    );
}

#[test]
fn grace_never_lengthens_the_old_keys_life() {
    let app = App::start();
    let ada = app.person("ada");
    let (path, ..) = key_with(&app, &ada, json!({ "name": "x", "scopes": ["read"], "expires_in_days": 1 }));
    let made = rotate(&ada, &path, &json!({ "grace_period_hours": 720 })).expect(201).json();
    assert_eq!(made["replaced_key_ends_at"], "2030-01-02T00:00:00Z");
    patch(&ada, &path, &json!({ "expires_in_days": 30 })).problem(409, "key-rotated");
    for hours in [-1, 721] {
        rotate(&ada, &path, &json!({ "grace_period_hours": hours })).invalid("/grace_period_hours", "range");
    }
}

#[test]
fn a_key_has_one_successor_and_the_chain_goes_on_from_that() {
    let app = App::start();
    let ada = app.person("ada");
    let (path, _) = reading_key(&app, &ada);
    let first = rotate(&ada, &path, &json!({})).expect(201);
    let before = app.db().dump();

    rotate(&ada, &path, &json!({})).problem(409, "key-rotated");

    assert_eq!(app.db().dump(), before);
    let _ = rotate(&ada, first.header("location"), &json!({})).expect(201);
    let (revoked, _) = reading_key(&app, &ada);
    let _ = ada.request("DELETE", &revoked).send().expect(204);
    rotate(&ada, &revoked, &json!({})).problem(409, "key-ended");
    rotate(&ada, "/api/v1/api-keys/key_01h455vb4pex5vsknk084sn02q", &json!({})).problem(404, "not-found");
}

#[test]
fn of_eight_rotations_at_once_one_succeeds_and_the_others_are_told() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let (path, _) = reading_key(&app, &ada);

    let answers = eight_at_once(|_| rotate(&ada, &path, &json!({})));

    let (made, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 201);
    assert_eq!(made.len(), 1);
    refused.iter().for_each(|answer| drop(answer.problem(409, "key-rotated")));
    assert_eq!(app.db().number("select count(*) from api_key"), 2);
}

#[test]
fn of_eight_equal_requests_all_are_told_of_the_same_new_key() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let (path, _) = reading_key(&app, &ada);

    let send = |_| ada.post(&format!("{path}/rotate"), &json!({})).header("idempotency-key", "one").send();
    let answers = eight_at_once(send);

    for answer in &answers {
        assert_eq!((answer.status, &answer.body), (201, &answers[0].body), "{answer}");
    }
    assert_eq!(app.db().number("select count(*) from api_key"), 2);
}

/// Protects the owner: whoever rotates a key has its successor's text, so it must be one that it could make itself.
#[test]
fn nobody_gets_a_mightier_key_by_rotating_one() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let admin = app.member(&ada, "admin");
    let (billing, ..) = key_with(&app, &ada, json!({ "name": "x", "scopes": ["billing"] }));
    let (of_owner, ..) = key_with(&app, &ada, json!({ "name": "x", "scopes": ["admin"] }));
    let weak = ada.key(&["admin"]);
    let (writer, ..) = key_with(&app, &ada, json!({ "name": "x", "scopes": ["write"] }));
    let before = app.db().number("select count(*) from api_key");

    rotate(&admin, &billing, &json!({})).problem(403, "forbidden");
    rotate(&weak, &writer, &json!({})).problem(403, "forbidden");
    for role in ["viewer", "analyst"] {
        rotate(&app.member(&ada, role), &writer, &json!({})).problem(403, "forbidden");
    }

    assert_eq!(app.db().number("select count(*) from api_key"), before);
    // The successor is the admin's, and has its role.
    let made = rotate(&admin, &of_owner, &json!({})).expect(201).json();
    assert_eq!(made["created_by"], json!(admin.user_id));
}

#[test]
fn a_key_rotates_itself_and_gains_no_time_by_it() {
    let app = App::start();
    let ada = app.person("ada");
    let body = json!({ "name": "x", "scopes": ["admin"], "expires_in_days": 2 });
    let (path, _, key) = key_with(&app, &ada, body);
    app.advance(24 * HOUR);

    let made = rotate(&key, &path, &json!({ "grace_period_hours": 0 })).expect(201).json();

    assert_eq!(made["expires_at"], "2030-01-03T00:00:00Z");
    key.get(&path).send().problem(401, "unauthenticated");
    let _ = app.caller(made["key"].as_str().unwrap()).get(&path).send().expect(200);
}

/// Protects the tenant from people who left: the key dies with its maker, and somebody else can take it over.
#[test]
fn the_key_of_who_left_is_taken_over_by_rotation() {
    let app = App::start();
    let ada = app.person("ada");
    let admin = app.member(&ada, "admin");
    let (path, _, key) = key_with(&app, &admin, json!({ "name": "x", "scopes": ["read"] }));
    app.db().execute(&format!("delete from membership where user_id = '{}'", admin.user_id));
    key.get("/api/v1/reports").send().problem(401, "unauthenticated");

    let made = rotate(&ada, &path, &json!({})).expect(201).json();

    let _ = app.caller(made["key"].as_str().unwrap()).get("/api/v1/reports").send().expect(200);
    key.get("/api/v1/reports").send().problem(401, "unauthenticated");
}

/// After a leak somebody rotates many keys; none may be left out because another was rotated.
#[test]
fn one_idempotency_key_is_for_one_key_and_not_for_the_next() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let ((one, _), (other, _)) = (reading_key(&app, &ada), reading_key(&app, &ada));
    let send =
        |path: &str| ada.post(&format!("{path}/rotate"), &json!({})).header("idempotency-key", "leak").send();

    let first = send(&one).expect(201);
    send(&other).problem(422, "idempotency-key-reused");

    assert_eq!(send(&one).expect(201).body, first.body);
    assert_eq!(app.db().number("select count(*) from api_key where successor_id is not null"), 1);
}
