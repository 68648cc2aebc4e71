//! A suspended tenant: its calls are refused, other tenants' and the operator's are not.

use insula_tests::support::App;
use serde_json::json;

use crate::http::auth::token;

#[test]
fn calls_of_a_suspended_tenants_people_and_keys_are_refused_until_it_is_active_again() {
    let app = App::start();
    let ada = app.person("ada");
    let key = ada.key(&["read", "analyze"]);
    let (own, state) = (format!("/api/v1/tenants/{}", ada.tenant_id), |state: &str| {
        app.db().execute(&format!("update tenant set state = '{state}' where id = '{}'", ada.tenant_id));
    });

    state("suspended");

    let before = app.db().dump();
    ada.get(&own).send().problem(403, "tenant-suspended");
    ada.post("/api/v1/api-keys", &json!({ "name": "x", "scopes": ["read"] }))
        .send()
        .problem(403, "tenant-suspended");
    for path in ["/api/v1/reports", "/api/v1/usage"] {
        key.get(path).send().problem(403, "tenant-suspended");
    }
    assert_eq!(app.db().dump(), before);
    assert_eq!(app.db().number("select count(*) from usage_counter"), 0);

    state("active");
    let _ = ada.get(&own).send().expect(200);
    let _ = key.get("/api/v1/reports").send().expect(200);
}

/// A person whose session was stolen must be able to end it, whatever its tenant has done.
#[test]
fn its_people_keep_their_accounts_and_can_log_out_and_switch() {
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    app.join(&bob.tenant_id, &ada.user_id, "viewer");
    app.db().execute(&format!("update tenant set state = 'suspended' where id = '{}'", ada.tenant_id));

    let _ = ada.get("/api/v1/auth/me").send().expect(200);
    let _ = ada.get("/api/v1/tenants").send().expect(200);
    let there =
        ada.post("/api/v1/auth/switch", &json!({ "tenant_id": bob.tenant_id })).send().expect(200).json();
    let there = app.caller(there["access_token"].as_str().unwrap());
    let _ = there.get("/api/v1/reports").send().expect(200);
    let _ = ada.post("/api/v1/auth/logout", &json!({ "everywhere": true })).send().expect(204);

    ada.get("/api/v1/auth/me").send().problem(401, "unauthenticated");
}

#[test]
fn the_operator_still_sees_it() {
    let app = App::start();
    let ada = app.person("ada");
    app.db().execute("update tenant set state = 'suspended'");
    let tenant = app.operator().get(&format!("/api/v1/tenants/{}", ada.tenant_id)).send().expect(200).json();
    assert_eq!(tenant["state"], "suspended");
}

#[test]
fn other_tenants_of_the_same_person_go_on() {
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let second = super::create(&ada, "Second").expect(201).json()["id"].as_str().unwrap().to_owned();
    app.db().execute(&format!("update tenant set state = 'suspended' where id = '{}'", ada.tenant_id));

    let there = app.caller(&token(&app, &ada.email, Some(&second)));

    let _ = there.get("/api/v1/usage").send().expect(200);
    let items = there.get("/api/v1/tenants").send().expect(200).json()["items"].clone();
    assert_eq!(items.as_array().unwrap().len(), 2);
    let _ = bob.get("/api/v1/usage").send().expect(200);
}

/// Whether a tenant is suspended is told to its members only.
#[test]
fn a_stranger_is_told_that_there_is_no_such_tenant() {
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    app.db().execute(&format!("update tenant set state = 'suspended' where id = '{}'", ada.tenant_id));
    for caller in [&bob.caller, &bob.key(&["read", "admin"])] {
        caller.get(&format!("/api/v1/tenants/{}", ada.tenant_id)).send().problem(404, "not-found");
    }
}
