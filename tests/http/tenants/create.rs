//! `POST /api/v1/tenants`

use insula_tests::support::App;
use serde_json::{Value, json};

use super::create;
use crate::http::auth::{PASSWORD, login, register, token};

#[test]
fn creates_the_tenant_and_makes_the_caller_its_owner() {
    let app = App::start();
    let ada = app.person("ada");
    app.advance(std::time::Duration::from_millis(7));

    let answer = create(&ada, "  Acme \u{e9} ").expect(201);

    let made = answer.json();
    let id = made["id"].as_str().unwrap();
    assert_eq!(answer.header("location"), format!("/api/v1/tenants/{id}"));
    assert_eq!(
        made,
        json!({
            "id": id, "name": "Acme \u{e9}", "state": "active", "plan": "free", "role": "owner",
            "state_reason": null, "state_by": null, "region": null, "settings": {}, "isolation": app.db().isolation(),
            "created_at": "2030-01-01T00:00:00.007Z",
        })
    );
    let stored =
        app.db().rows(&format!("select name, state, plan, created_at_ms from tenant where id = '{id}'"));
    assert_eq!(stored, [["Acme \u{e9}", "active", "free", "1893456000007"]]);
    let members = app.db().rows(&format!("select user_id, role from membership where tenant_id = '{id}'"));
    assert_eq!(members, [[ada.user_id.as_str(), "owner"]]);
}

#[test]
fn the_new_tenant_is_ready_for_use() {
    let app = App::start();
    let ada = app.person("ada");
    let made = create(&ada, "Acme").expect(201);
    let id = made.json()["id"].as_str().unwrap().to_owned();

    let read = ada.get(made.header("location")).send().expect(200);
    assert_eq!(read.body, made.body);

    let there = app.caller(&token(&app, &ada.email, Some(&id)));
    let key =
        there.post("/api/v1/api-keys", &json!({ "name": "x", "scopes": ["read"] })).send().expect(201).json();
    let key = app.caller(key["key"].as_str().unwrap());
    assert_eq!(key.get("/api/v1/usage").send().expect(200).json()["tenant_id"], *id);
}

#[test]
fn who_has_no_tenant_yet_can_make_one() {
    let app = App::start();
    let body = json!({ "email": "ada@example.com", "password": PASSWORD });
    let _ = register(&app, &body).expect(201);
    let first = login(&app, &body).expect(200).json();

    let made = create(&app.caller(first["access_token"].as_str().unwrap()), "Acme").expect(201).json();

    assert_eq!(login(&app, &body).expect(200).json()["tenant_id"], made["id"]);
}

#[test]
fn a_name_may_be_taken() {
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let ids: Vec<Value> =
        [&ada, &ada, &bob].map(|caller| create(caller, "Acme").expect(201).json()["id"].clone()).to_vec();
    assert!(ids[0] != ids[1] && ids[1] != ids[2]);
    assert_eq!(app.db().number("select count(*) from tenant where name = 'Acme'"), 3);
}

#[test]
fn a_bad_name_is_refused_and_nothing_is_stored() {
    let app = App::start();
    let ada = app.person("ada");
    let before = app.db().dump();
    for (name, code) in [
        (json!(""), "length"),
        (json!(" \t "), "length"),
        (json!("x".repeat(101)), "length"),
        (json!("a\nb"), "characters"),
        (json!("a\u{0}b"), "characters"),
        (json!(null), "type"),
        (json!(7), "type"),
    ] {
        ada.post("/api/v1/tenants", &json!({ "name": name })).send().invalid("/name", code);
    }
    let missing = ada.post("/api/v1/tenants", &json!({})).send().problem(422, "invalid");
    assert_eq!(missing["errors"][0]["code"], "required");
    assert_eq!(app.db().dump(), before);
    let _ = create(&ada, &"\u{1f3db}".repeat(100)).expect(201);
}
