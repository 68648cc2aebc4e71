//! What an owner made or bound, only an owner loosens: whoever manages keys may bind a key tighter.

use std::time::Duration;

use insula_tests::support::{App, Person, eight_at_once};
use serde_json::{Value, json};

use super::{key_with, patch};

const BOUND: &str = r#"{ "name": "bound", "scopes": ["read"], "expires_in_days": 2, "rate_limit": "10/minute",
    "allowed_networks": ["10.0.0.0/8"] }"#;

fn bound() -> Value {
    serde_json::from_str(BOUND).unwrap()
}

/// Each bound, loosened and lifted.
fn loosened() -> Vec<(&'static str, Value)> {
    vec![
        ("rate_limit", json!("11/minute")),
        ("rate_limit", json!("1/second")),
        ("rate_limit", json!(null)),
        ("allowed_networks", json!(["10.0.0.0/8", "192.0.2.0/24"])),
        ("allowed_networks", json!(null)),
        ("expires_in_days", json!(3)),
        ("expires_in_days", json!(null)),
    ]
}

#[track_caller]
fn may_not_loosen(app: &App, caller: &Person<'_>, path: &str) {
    let before = app.db().rows("select * from api_key");
    for (field, value) in loosened() {
        // A limit of another window is within none: `1/second` is faster than 10 a minute.
        patch(caller, path, &json!({ field: value })).invalid(&format!("/{field}"), "exceeds-role");
    }
    assert_eq!(app.db().rows("select * from api_key"), before);
}

#[test]
fn an_admin_loosens_no_bound_of_an_owners_key_and_may_tighten_each() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let admin = app.member(&ada, "admin");
    let (path, ..) = key_with(&app, &ada, bound());

    may_not_loosen(&app, &admin, &path);

    let tighter = json!({ "rate_limit": "5/minute", "allowed_networks": ["10.1.0.0/16"], "expires_in_days": 1,
        "name": "tighter" });
    let _ = patch(&admin, &path, &tighter).expect(200);
    for (field, value) in loosened() {
        let _ = patch(&ada, &path, &json!({ field: value })).expect(200);
    }
}

#[test]
fn a_bound_that_an_owner_set_on_an_admins_key_stays() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let admin = app.member(&ada, "admin");
    let (path, ..) = key_with(&app, &admin, json!({ "name": "of the admin", "scopes": ["read"] }));
    let _ = patch(&admin, &path, &json!({ "rate_limit": "9/minute" })).expect(200);
    let _ = patch(&admin, &path, &json!({ "rate_limit": null })).expect(200);
    let mut change = bound();
    change.as_object_mut().unwrap().remove("scopes");
    let _ = patch(&ada, &path, &change).expect(200);

    may_not_loosen(&app, &admin, &path);
    // Nor does rotating it make a freer one, or one that lives longer.
    app.advance(Duration::from_secs(600));
    let rotated = admin.post(&format!("{path}/rotate"), &json!({})).send().expect(201);
    let old = ada.get(&path).send().expect(200).json();
    assert_eq!(rotated.json()["expires_at"], "2030-01-03T00:00:00Z");
    assert_eq!(rotated.json()["rate_limit"], old["rate_limit"]);
    may_not_loosen(&app, &admin, rotated.header("location"));
}

#[test]
fn a_key_whose_maker_became_an_owner_is_an_owners() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let (admin, other) = (app.member(&ada, "admin"), app.member(&ada, "analyst"));
    let make = |person: &Person<'_>, role: &str| {
        let user_id = &person.user_id;
        app.db().execute(&format!("update membership set role = '{role}' where user_id = '{user_id}'"));
    };
    make(&other, "admin");
    let (path, ..) = key_with(&app, &admin, bound());
    let _ = patch(&other, &path, &json!({ "name": "as yet" , "rate_limit": "20/minute" })).expect(200);
    let _ = patch(&other, &path, &json!({ "rate_limit": "10/minute" })).expect(200);
    make(&admin, "owner");
    may_not_loosen(&app, &other, &path);
}

/// A key that an admin made shares the limit of an owner's, so lifting the limit there would lift it here.
#[test]
fn a_limit_that_is_shared_with_an_owners_key_is_an_owners() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let admin = app.member(&ada, "admin");
    let limited = json!({ "name": "limited", "scopes": ["read"], "rate_limit": "10/minute" });
    let (path, ..) = key_with(&app, &ada, limited);
    let rotated = admin.post(&format!("{path}/rotate"), &json!({})).send().expect(201);
    app.db().execute("update api_key set bounds_role = 'admin' where limit_root is not null");
    patch(&admin, rotated.header("location"), &json!({ "rate_limit": null }))
        .invalid("/rate_limit", "exceeds-role");
}

#[test]
fn an_owner_binds_while_admins_loosen_and_the_owners_bound_stands() {
    for _ in 0..3 {
        let app = App::start().without_limits();
        let ada = app.person("ada");
        let admin = app.member(&ada, "admin");
        let (path, ..) = key_with(&app, &admin, json!({ "name": "of the admin", "scopes": ["read"] }));
        let answers = eight_at_once(|number| match number {
            3 => patch(&ada, &path, &json!({ "rate_limit": "1/hour" })),
            _ => patch(&admin, &path, &json!({ "rate_limit": format!("{}/minute", 100 + number) })),
        });
        assert_eq!(answers[3].status, 200, "{}", answers[3]);
        assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 422 | 503)), "{answers:?}");
        assert_eq!(ada.get(&path).send().expect(200).json()["rate_limit"], "1/hour");
    }
}

/// A change of the limit that two keys share must not make an owner's bound of the one the admin's who changed the other.
#[test]
fn what_an_owner_bound_of_one_key_stays_so_when_its_siblings_limit_is_changed() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let admin = app.member(&ada, "admin");
    let limited = json!({ "name": "of the admin", "scopes": ["read"], "rate_limit": "100/minute" });
    let (old, ..) = key_with(&app, &admin, limited);
    let rotated =
        admin.post(&format!("{old}/rotate"), &json!({ "grace_period_hours": 24 })).send().expect(201).json();
    let new = format!("/api/v1/api-keys/{}", rotated["id"].as_str().unwrap());
    let _ = patch(&ada, &new, &json!({ "allowed_networks": ["10.0.0.0/8"] })).expect(200);

    let _ = patch(&admin, &old, &json!({ "rate_limit": "99/minute" })).expect(200);

    let lifted = patch(&admin, &new, &json!({ "allowed_networks": null }));
    lifted.invalid("/allowed_networks", "exceeds-role");
}
