//! `POST /api/v1/api-keys` with `expires_in_days`: when a key ends.

use std::time::Duration;

use insula_tests::support::App;
use serde_json::{Value, json};

use super::create;

const DAY: Duration = Duration::from_secs(86_400);

#[test]
fn a_key_ends_to_the_millisecond_when_it_says() {
    let app = App::start();
    let ada = app.person("ada");
    app.advance(Duration::from_millis(7));
    let made =
        create(&ada, &json!({ "name": "x", "scopes": ["read"], "expires_in_days": 1 })).expect(201).json();
    assert_eq!(made["expires_at"], "2030-01-02T00:00:00.007Z");
    assert_eq!(app.db().number("select expires_at_ms from api_key"), 1_893_456_000_007 + 86_400_000);
    let key = app.caller(made["key"].as_str().unwrap());

    app.advance(DAY.checked_sub(Duration::from_millis(1)).unwrap());
    let _ = key.get("/api/v1/usage").send().expect(200);

    app.advance(Duration::from_millis(1));
    key.get("/api/v1/usage").send().problem(401, "unauthenticated");
}

#[test]
fn the_longest_key_lives_ten_years_and_one_without_an_end_lives_on() {
    let app = App::start();
    let ada = app.person("ada");
    let made = |days: Value| {
        create(&ada, &json!({ "name": "x", "scopes": ["read"], "expires_in_days": days })).expect(201).json()
    };
    let (bounded, endless) = (made(json!(3_650)), made(Value::Null));
    assert_eq!(
        (&bounded["expires_at"], &endless["expires_at"]),
        (&json!("2039-12-30T00:00:00Z"), &Value::Null)
    );

    app.advance(3_650 * DAY);

    let send = |made: &Value| app.caller(made["key"].as_str().unwrap()).get("/api/v1/usage").send();
    send(&bounded).problem(401, "unauthenticated");
    let _ = send(&endless).expect(200);
}

#[test]
fn a_key_that_has_ended_is_still_listed_with_its_end() {
    let app = App::start();
    let ada = app.person("ada");
    let body = json!({ "name": "x", "scopes": ["read"], "expires_in_days": 1 });
    let made = create(&ada, &body).expect(201);
    app.advance(2 * DAY);
    let later = app.log_in(&ada.email);

    let read = later.get(made.header("location")).send().expect(200).json();

    assert_eq!((&read["expires_at"], &read["revoked_at"]), (&json!("2030-01-02T00:00:00Z"), &Value::Null));
}
