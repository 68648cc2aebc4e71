//! `GET` and `PATCH /api/v1/tenants/{tenant_id}/security`

use std::time::Duration;

use insula_tests::support::{Answer, App, Person};
use serde_json::{Value, json};

const PASSWORD: &str = "correct horse battery staple";

fn path(tenant_id: &str) -> String {
    format!("/api/v1/tenants/{tenant_id}/security")
}

fn set(person: &Person<'_>, required: bool) -> Answer {
    let body = json!({ "second_factor_required": required });
    person.request("PATCH", &path(&person.tenant_id)).json(&body).send()
}

fn log_in(app: &App, email: &str, tenant_id: Option<&str>) -> Answer {
    let body = json!({ "email": email, "password": PASSWORD, "tenant_id": tenant_id });
    app.request("POST", "/api/v1/auth/login").json(&body).send()
}

fn switch(app: &App, tokens: &Value, tenant_id: &str) -> Answer {
    let caller = app.caller(tokens["access_token"].as_str().unwrap());
    caller.post("/api/v1/auth/switch", &json!({ "tenant_id": tenant_id })).send()
}

#[test]
fn whoever_has_no_second_factor_leaves_at_once_and_comes_back_with_one() {
    let app = App::start();
    let ada = app.person("ada");
    let member = app.member(&ada, "analyst");
    let running = log_in(&app, &member.email, Some(&ada.tenant_id)).expect(200).json();
    let key = ada.key(&["read"]);
    let _ = ada.enrol(&app);

    let answer = set(&ada, true).expect(200);

    assert_eq!(answer.json(), json!({ "second_factor_required": true }));
    member.get("/api/v1/usage").send().problem(401, "unauthenticated");
    let _ = ada.get("/api/v1/usage").send().expect(200);
    let _ = key.get("/api/v1/usage").send().expect(200);
    let refreshed = app
        .request("POST", "/api/v1/auth/refresh")
        .json(&json!({ "refresh_token": running["refresh_token"] }))
        .send()
        .expect(200)
        .json();
    assert_eq!(refreshed["tenant_id"], Value::Null, "the session goes on in no tenant");
    switch(&app, &refreshed, &ada.tenant_id).problem(403, "second-factor-enrolment-required");
    let named = log_in(&app, &member.email, Some(&ada.tenant_id));
    named.problem(403, "second-factor-enrolment-required");
    let tokens = log_in(&app, &member.email, None).expect(200).json();
    assert_eq!(tokens["tenant_id"], Value::Null);

    let caller = app.caller(tokens["access_token"].as_str().unwrap());
    let _ = caller.enrol(&app);

    let there = switch(&app, &tokens, &ada.tenant_id).expect(200).json();
    assert_eq!(there["tenant_id"], ada.tenant_id);
}

/// Protects a tenant from a token that acts elsewhere and names it in the path.
#[test]
fn whoever_has_no_second_factor_can_not_act_there_by_a_token_of_another_tenant() {
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    app.join(&ada.tenant_id, &bob.user_id, "admin");
    let members = format!("/api/v1/tenants/{}/members", ada.tenant_id);
    let tenant = format!("/api/v1/tenants/{}", ada.tenant_id);
    let _ = bob.get(&members).send().expect(200);
    let _ = ada.enrol(&app);

    let _ = set(&ada, true).expect(200);

    for path in [&members, &tenant] {
        bob.get(path).send().problem(403, "second-factor-enrolment-required");
    }
    let _ = bob.get("/api/v1/usage").send().expect(200);
    let _ = bob.enrol(&app);
    let _ = bob.get(&members).send().expect(200);
}

/// Protects an owner from locking itself out.
#[test]
fn whoever_has_no_second_factor_can_not_demand_one() {
    let app = App::start();
    let ada = app.person("ada");
    let before = app.db().dump();

    set(&ada, true).problem(409, "second-factor-missing");

    assert_eq!(app.db().dump(), before);
    let _ = set(&ada, false).expect(200);
}

#[test]
fn a_change_is_of_the_version_that_the_client_has_seen() {
    let app = App::start();
    let ada = app.person("ada");
    let _ = ada.enrol(&app);
    let seen = ada.get(&path(&ada.tenant_id)).send().expect(200);
    let tag = seen.header("etag").to_owned();
    let change = |required: bool| {
        let body = json!({ "second_factor_required": required });
        ada.request("PATCH", &path(&ada.tenant_id)).header("if-match", &tag).json(&body).send()
    };

    let changed = change(true).expect(200);

    change(false).problem(412, "stale");
    let seen = ada.get(&path(&ada.tenant_id)).header("if-none-match", changed.header("etag")).send();
    assert_eq!(seen.status, 304, "{seen}");
}

#[test]
fn whoever_removes_its_second_factor_leaves_the_tenants_that_demand_one() {
    let app = App::start();
    let ada = app.person("ada");
    let device = ada.enrol(&app);
    let _ = set(&ada, true).expect(200);
    app.advance(Duration::from_secs(30));

    let body = json!({ "password": PASSWORD, "code": device.code(&app) });
    let _ = ada.request("DELETE", "/api/v1/auth/mfa/totp").json(&body).send().expect(204);

    ada.get("/api/v1/usage").send().problem(401, "unauthenticated");
    let named = log_in(&app, &ada.email, Some(&ada.tenant_id));
    named.problem(403, "second-factor-enrolment-required");
}

#[test]
fn a_login_that_names_no_tenant_acts_in_the_first_that_lets_it_in() {
    let app = App::start();
    let ada = app.person("ada");
    app.advance(Duration::from_millis(5));
    let bob = app.person("bob");
    app.join(&ada.tenant_id, &bob.user_id, "viewer");
    let _ = ada.enrol(&app);
    let first = log_in(&app, &bob.email, None).expect(200).json();
    assert_eq!(first["tenant_id"], ada.tenant_id);

    let _ = set(&ada, true).expect(200);

    assert_eq!(log_in(&app, &bob.email, None).expect(200).json()["tenant_id"], bob.tenant_id);
}
