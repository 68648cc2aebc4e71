//! `POST /api/v1/auth/register` sent again, and sent by many at once.

use std::time::Duration;

use insula_domain::credential::digest;
use insula_tests::support::{Answer, App, eight_at_once};
use serde_json::{Value, json};

use super::{PASSWORD, register};

const DAY: Duration = Duration::from_secs(86_400);

fn keyed(app: &App, key: &str, body: &Value) -> Answer {
    app.request("POST", "/api/v1/auth/register").header("idempotency-key", key).json(body).send()
}

fn ada() -> Value {
    json!({ "email": "ada@example.com", "password": PASSWORD, "name": "Ada Lovelace", "tenant_name": "Acme" })
}

fn count(app: &App, table: &str) -> i64 {
    app.db().number(&format!("select count(*) from {table}"))
}

#[test]
fn the_same_registration_again_is_answered_as_the_first_time() {
    let app = App::start();

    let first = keyed(&app, "one", &ada()).expect(201);
    let before = app.db().dump();
    app.advance(DAY - Duration::from_millis(1));
    let again = keyed(&app, "one", &ada()).expect(201);

    assert_eq!(first.body, again.body);
    assert_eq!(again.header("location"), first.header("location"));
    assert_eq!((first.header("idempotency-replayed"), again.header("idempotency-replayed")), ("", "true"));
    assert_eq!(app.db().dump(), before);
}

#[test]
fn after_a_day_the_key_is_free_again() {
    let app = App::start();
    let _ = keyed(&app, "one", &ada()).expect(201);
    app.advance(DAY);

    keyed(&app, "one", &ada()).problem(409, "email-taken");

    app.db().execute("delete from membership; delete from user_account");
    assert_eq!(keyed(&app, "one", &ada()).expect(201).header("idempotency-replayed"), "");
    assert_eq!(keyed(&app, "one", &ada()).expect(201).header("idempotency-replayed"), "true");
    assert_eq!(count(&app, "idempotency"), 1);
}

/// Protects strangers from each other: nobody knows who registers, so a key belongs to one body. Whoever uses a key
/// that another used is answered as if nobody had, and is told nothing of the other.
#[test]
fn a_strangers_key_neither_blocks_another_stranger_nor_tells_its_answer() {
    let app = App::start();
    let first = keyed(&app, "one", &ada()).expect(201).json();

    let bob = json!({ "email": "bob@example.com", "password": PASSWORD });
    let bobs = keyed(&app, "one", &bob).expect(201);
    assert_eq!((bobs.header("idempotency-replayed"), &bobs.json()["user"]["email"]), ("", &bob["email"]));

    // Who knows the key and the address, but not the whole body, is told what anybody is told.
    let stored = || app.db().dump().into_iter().filter(|line| !line.starts_with("mail")).collect::<Vec<_>>();
    let before = stored();
    for (field, value) in [("password", "another long password"), ("name", "A"), ("tenant_name", "B")] {
        let mut body = ada();
        body[field] = value.into();
        let guess = keyed(&app, "one", &body);
        guess.problem(409, "email-taken");
        assert!(!guess.text().contains(first["user"]["id"].as_str().unwrap()), "{guess}");
    }
    assert_eq!(stored(), before);
    assert_eq!(keyed(&app, "one", &ada()).expect(201).json(), first);
}

/// Protects whoever comes after an attacker: keys that people are likely to choose can't be used up beforehand.
#[test]
fn a_key_that_an_attacker_used_first_still_keeps_everybody_elses_answer() {
    let app = App::start();
    for (key, email) in [("1", "m@example.com"), ("register", "n@example.com")] {
        let _ = keyed(&app, key, &json!({ "email": email, "password": PASSWORD })).expect(201);
    }

    let (made, again) = (keyed(&app, "1", &ada()).expect(201), keyed(&app, "1", &ada()).expect(201));

    assert_eq!((made.header("idempotency-replayed"), again.header("idempotency-replayed")), ("", "true"));
    assert_eq!(made.body, again.body);
}

#[test]
fn a_refusal_is_not_kept() {
    let app = App::start();
    let _ = app.person("ada");
    keyed(&app, "one", &ada()).problem(409, "email-taken");
    keyed(&app, "one", &json!({ "email": "x", "password": "x" })).problem(422, "invalid");

    let _ = keyed(&app, "one", &json!({ "email": "bob@example.com", "password": PASSWORD })).expect(201);
}

#[test]
fn what_is_no_key_is_refused() {
    let app = App::start();
    for key in ["", "two words", &"x".repeat(256)] {
        keyed(&app, key, &ada()).invalid("Idempotency-Key", "header");
    }
    assert_eq!(count(&app, "user_account"), 0);
    let _ = keyed(&app, &"x".repeat(255), &ada()).expect(201);
}

/// Protects the person: a thief of the database must learn nothing from a kept answer, and must not be able to try
/// passwords against a fast digest of the body.
#[test]
fn what_is_kept_of_a_request_tells_nothing_about_it() {
    let app = App::start();
    let made = keyed(&app, "a-secret-idempotency-key", &ada()).expect(201).json();

    let rows = app.db().rows("select * from idempotency");

    let shown = format!("{rows:?}");
    let id = made["user"]["id"].as_str().unwrap();
    for secret in ["a-secret-idempotency-key", "ada@example.com", "Ada Lovelace", PASSWORD, id] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    assert!(!shown.contains(&digest(&ada().to_string())), "a plain digest of the body in {shown}");
    let ends = app.db().number("select expires_at_ms from idempotency");
    assert_eq!(ends, 1_893_456_000_000 + 86_400_000);
}

#[test]
fn eight_equal_requests_at_once_make_one_person_and_get_one_answer() {
    let app = App::start();

    let answers = eight_at_once(|_| keyed(&app, "one", &ada()).expect(201));

    assert!(answers.iter().all(|answer| answer.body == answers[0].body));
    let replayed = answers.iter().filter(|answer| answer.header("idempotency-replayed") == "true").count();
    assert_eq!(replayed, 7);
    assert_eq!([count(&app, "user_account"), count(&app, "tenant"), count(&app, "membership")], [1, 1, 1]);
    assert_eq!(count(&app, "idempotency"), 1);
}

#[test]
fn of_eight_people_at_once_with_one_address_exactly_one_is_registered() {
    let app = App::start();

    let answers = eight_at_once(|number| {
        let email = if number % 2 == 0 { "ada@example.com" } else { "ADA@example.com" };
        let name = format!("Person {number}");
        register(&app, &json!({ "email": email, "password": PASSWORD, "name": name, "tenant_name": name }))
    });

    let (made, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 201);
    assert_eq!((made.len(), refused.len()), (1, 7));
    for answer in refused {
        answer.problem(409, "email-taken");
    }
    let name = made[0].json()["user"]["name"].as_str().unwrap().to_owned();
    assert_eq!(app.db().rows("select name from user_account"), [[name.as_str()]]);
    assert_eq!(app.db().rows("select name from tenant"), [[name.as_str()]]);
}

#[test]
fn eight_different_requests_at_once_with_one_key_are_all_done() {
    let app = App::start();

    let answers = eight_at_once(|number| {
        let email = format!("person{number}@example.com");
        keyed(&app, "one", &json!({ "email": email, "password": PASSWORD, "tenant_name": email })).expect(201)
    });

    assert!(answers.iter().all(|answer| answer.header("idempotency-replayed").is_empty()));
    assert_eq!([count(&app, "user_account"), count(&app, "tenant"), count(&app, "idempotency")], [8, 8, 8]);
}
