//! `POST /api/v1/api-keys` with what no key can be, or what its maker may not give away.

use insula_tests::support::App;
use serde_json::{Value, json};

use super::create;

/// Where and what is wrong, in the order of the answer.
fn errors(problem: &Value) -> Vec<(String, String)> {
    let text = |error: &Value, member: &str| error[member].as_str().unwrap().to_owned();
    let errors = problem["errors"].as_array().unwrap();
    errors.iter().map(|error| (text(error, "pointer"), text(error, "code"))).collect()
}

fn owned(errors: &[(&str, &str)]) -> Vec<(String, String)> {
    errors.iter().map(|(pointer, code)| ((*pointer).to_owned(), (*code).to_owned())).collect()
}

#[test]
fn every_bad_field_is_reported_at_once_and_nothing_is_stored() {
    let app = App::start();
    let ada = app.person("ada");
    let before = app.db().dump();

    let body = json!({ "name": "a\nb", "scopes": ["read", "root", "read", ""], "expires_in_days": 3_651 });
    let problem = create(&ada, &body).problem(422, "invalid");

    let expected = [
        ("/name", "characters"),
        ("/scopes/1", "scope"),
        ("/scopes/2", "repeated"),
        ("/scopes/3", "scope"),
        ("/expires_in_days", "range"),
    ];
    assert_eq!(errors(&problem), owned(&expected));
    assert_eq!(app.db().dump(), before);
}

#[test]
fn each_field_is_refused_beyond_its_bounds() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let before = app.db().dump();
    for (field, value, pointer, code) in [
        ("name", json!(""), "/name", "length"),
        ("name", json!("x".repeat(101)), "/name", "length"),
        ("name", json!(7), "/name", "type"),
        ("scopes", json!([]), "/scopes", "length"),
        ("scopes", json!(vec!["read"; 9]), "/scopes", "length"),
        ("scopes", json!("read"), "/scopes", "type"),
        ("scopes", json!([7]), "/scopes/0", "type"),
        ("scopes", json!(["READ"]), "/scopes/0", "scope"),
        ("scopes", json!(["read analyze"]), "/scopes/0", "scope"),
        ("expires_in_days", json!(0), "/expires_in_days", "range"),
        ("expires_in_days", json!(-1), "/expires_in_days", "range"),
        ("expires_in_days", json!(i64::MAX), "/expires_in_days", "range"),
        ("expires_in_days", json!(1.5), "/expires_in_days", "type"),
        ("expires_in_days", json!("1"), "/expires_in_days", "type"),
        ("live", json!("yes"), "/live", "type"),
    ] {
        let mut body = json!({ "name": "x", "scopes": ["read"] });
        body[field] = value;
        create(&ada, &body).invalid(pointer, code);
    }
    let missing = create(&ada, &json!({ "name": "x" })).problem(422, "invalid");
    assert_eq!(missing["errors"][0]["code"], "required");
    assert_eq!(app.db().dump(), before);
}

#[test]
fn an_admin_can_not_give_away_billing_and_an_owner_can() {
    let app = App::start();
    let ada = app.person("ada");
    let admin = app.member(&ada, "admin");
    let before = app.db().dump();
    let body = json!({ "name": "x", "scopes": ["read", "billing"] });

    let problem = create(&admin, &body).problem(422, "invalid");

    assert_eq!(errors(&problem), owned(&[("/scopes/1", "exceeds-role")]));
    assert_eq!(app.db().dump(), before);
    let _ = create(&ada, &body).expect(201);
    let _ = create(&admin, &json!({ "name": "x", "scopes": ["read", "admin", "write"] })).expect(201);
}

/// Protects the tenant from a stolen key that may make keys: it can't make a mightier one.
#[test]
fn a_key_can_not_make_one_that_may_do_more_than_itself() {
    let app = App::start();
    let key = app.person("ada").key(&["admin", "analyze"]);
    let before = app.db().dump();
    let body = json!({ "name": "x", "scopes": ["admin", "analyze", "write", "billing", "read"] });

    let problem = create(&key, &body).problem(422, "invalid");

    let expected = [("/scopes/2", "exceeds-key"), ("/scopes/3", "exceeds-key"), ("/scopes/4", "exceeds-key")];
    assert_eq!(errors(&problem), owned(&expected));
    assert_eq!(app.db().dump(), before);
    let _ = create(&key, &json!({ "name": "x", "scopes": ["analyze"] })).expect(201);
}
