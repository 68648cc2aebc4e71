//! `POST /api/v1/api-keys` with an `Idempotency-Key`: the one repeat whose answer holds a secret.

use insula_tests::support::{Answer, App, Caller, eight_at_once};
use serde_json::json;

use super::PATH;

fn keyed(caller: &Caller<'_>, name: &str) -> Answer {
    let body = json!({ "name": name, "scopes": ["read"] });
    caller.post(PATH, &body).header("idempotency-key", "one").send()
}

#[test]
fn the_same_request_again_gets_the_same_key() {
    let app = App::start();
    let ada = app.person("ada");

    let (first, again) = (keyed(&ada, "CI").expect(201), keyed(&ada, "CI").expect(201));

    assert_eq!(first.body, again.body);
    assert_eq!(again.header("location"), first.header("location"));
    assert_eq!((first.header("idempotency-replayed"), again.header("idempotency-replayed")), ("", "true"));
    assert_eq!(app.db().number("select count(*) from api_key"), 1);
    let _ = app.caller(again.json()["key"].as_str().unwrap()).get("/api/v1/usage").send().expect(200);
    keyed(&ada, "Other").problem(422, "idempotency-key-reused");
}

/// Protects the tenant: the kept answer must not be the one place where the key can be stolen from the database.
#[test]
fn the_kept_answer_does_not_show_the_key() {
    let app = App::start();
    let ada = app.person("ada");
    let made = keyed(&ada, "CI").expect(201).json();
    let key = made["key"].as_str().unwrap();

    let kept = app.db().rows("select answer from idempotency").concat().concat();

    let secret = &key[key.len() - 52..key.len() - 9];
    assert!(!kept.is_empty());
    for plain in [key, secret, made["id"].as_str().unwrap(), "ins_live_", "CI\""] {
        assert!(!kept.contains(plain), "{plain} in {kept}");
    }
    assert!(!app.db().dump().concat().contains(secret));
}

/// Whoever can write to the database can't make up an answer, nor move one from another request to here.
#[test]
fn a_kept_answer_that_was_changed_is_not_believed() {
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let _ = keyed(&ada, "CI").expect(201);
    let bobs = keyed(&bob, "CI").expect(201).json();
    app.db().execute(&format!(
        "update idempotency set answer = (select answer from idempotency where caller like '{}%')",
        bob.user_id
    ));

    let answer = keyed(&ada, "CI");

    answer.problem(500, "internal");
    assert!(!answer.text().contains(bobs["id"].as_str().unwrap()), "{answer}");
}

#[test]
fn the_same_key_of_two_people_makes_two_api_keys() {
    let app = App::start();
    let ada = app.person("ada");
    let admin = app.member(&ada, "admin");
    let (first, second) = (keyed(&ada, "CI").expect(201).json(), keyed(&admin, "CI").expect(201).json());
    assert_ne!(first["key"], second["key"]);
    assert_eq!(second["created_by"], *admin.user_id);
}

#[test]
fn equal_requests_at_once_make_one_key() {
    let app = App::start();
    let ada = app.person("ada");

    let answers = eight_at_once(|_| keyed(&ada, "CI").expect(201));

    assert!(answers.iter().all(|answer| answer.body == answers[0].body));
    assert_eq!(app.db().number("select count(*) from api_key"), 1);
    assert_eq!(app.db().number("select count(*) from idempotency"), 1);
}
