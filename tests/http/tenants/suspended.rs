//! A suspended tenant: its calls are refused, other tenants' and the operator's are not.

use insula_tests::support::App;
use jsonwebtoken::dangerous::insecure_decode;
use serde_json::{Value, json};

use crate::http::auth::{PASSWORD, login, refresh, session, token};

/// What a token says to whoever verifies it by the published keys, and asks nobody.
fn claims(tokens: &Value) -> Value {
    insecure_decode::<Value>(tokens["access_token"].as_str().unwrap()).unwrap().claims
}

/// Protects whoever verifies tokens by the published keys alone: a tenant that was suspended is named by no token that is
/// younger.
#[test]
fn no_token_is_made_that_names_a_tenant_which_is_not_active() {
    let app = App::start();
    let ada = app.person("ada");
    app.advance(std::time::Duration::from_millis(5));
    let bob = app.person("bob");
    app.join(&bob.tenant_id, &ada.user_id, "viewer");
    let mut tokens = session(&app, &ada.email);
    assert_eq!(claims(&tokens)["tenant_id"], ada.tenant_id);
    let elsewhere = app.caller(&token(&app, &ada.email, Some(&bob.tenant_id)));
    let wanted = json!({ "email": ada.email, "password": PASSWORD, "tenant_id": ada.tenant_id });
    for state in ["pending", "provisioning", "suspended", "deprovisioning", "deleted"] {
        app.db().execute(&format!("update tenant set state = '{state}' where id = '{}'", ada.tenant_id));

        let before = app.db().dump();
        login(&app, &wanted).problem(403, "tenant-suspended");
        elsewhere
            .post("/api/v1/auth/switch", &json!({ "tenant_id": ada.tenant_id }))
            .send()
            .problem(403, "tenant-suspended");
        assert_eq!(app.db().dump(), before, "{state}");
        tokens = refresh(&app, &tokens["refresh_token"]).expect(200).json();
        assert_eq!((&tokens["tenant_id"], claims(&tokens).get("tenant_id")), (&Value::Null, None), "{state}");
        assert_eq!(claims(&tokens)["scope"], "", "{state}");
        assert_eq!(
            claims(&session(&app, &ada.email))["tenant_id"],
            bob.tenant_id,
            "an active one is preferred"
        );
    }

    app.db().execute(&format!("update tenant set state = 'active' where id = '{}'", ada.tenant_id));
    tokens = refresh(&app, &tokens["refresh_token"]).expect(200).json();
    assert_eq!(claims(&tokens)["tenant_id"], ada.tenant_id, "the session acts there again");
}

#[test]
fn who_has_no_other_tenant_logs_in_without_one_and_an_owner_activates_it_so() {
    let app = App::start();
    let ada = app.person("ada");
    let own = format!("/api/v1/tenants/{}", ada.tenant_id);
    let reason = json!({ "reason": "Over the summer." });
    let _ = ada.post(&format!("{own}/suspend"), &reason).send().expect(200);
    app.advance(std::time::Duration::from_secs(3_600));

    let tokens = session(&app, &ada.email);

    assert_eq!(tokens["tenant_id"], Value::Null);
    let caller = app.caller(tokens["access_token"].as_str().unwrap());
    let me = caller.get("/api/v1/auth/me").send().expect(200).json();
    assert_eq!(
        (&me["active"], &me["memberships"][0]["tenant_id"]),
        (&Value::Null, &ada.tenant_id.clone().into())
    );
    let listed = caller.get("/api/v1/tenants").send().expect(200).json();
    assert_eq!(listed["items"][0]["state_reason"], "Over the summer.");
    caller.get(&own).send().problem(403, "tenant-suspended");
    let _ = caller.post(&format!("{own}/activate"), &reason).send().expect(200);
    let next = refresh(&app, &tokens["refresh_token"]).expect(200).json();
    assert_eq!(next["tenant_id"], Value::Null, "it acts where it was told to, once it is told");
    let there =
        caller.post("/api/v1/auth/switch", &json!({ "tenant_id": ada.tenant_id })).send().expect(200).json();
    assert_eq!(claims(&there)["tenant_id"], ada.tenant_id);
}

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

/// Protects whoever shows buttons by them: what a person may do is nothing while every call is refused.
#[test]
fn the_permissions_of_a_token_are_none_while_its_tenant_is_not_active() {
    let app = App::start();
    let ada = app.person("ada");
    let may = || ada.get("/api/v1/auth/me").send().expect(200).json()["active"]["permissions"].clone();
    let before = may();
    assert!(before.as_array().unwrap().len() > 5);
    for state in ["suspended", "deprovisioning"] {
        app.db().execute(&format!("update tenant set state = '{state}' where id = '{}'", ada.tenant_id));
        assert_eq!(may(), json!([]), "{state}");
        ada.get("/api/v1/usage").send().problem(403, "tenant-suspended");
    }
    app.db().execute(&format!("update tenant set state = 'active' where id = '{}'", ada.tenant_id));
    assert_eq!(may(), before);
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
