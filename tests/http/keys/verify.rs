//! `POST /api/v1/api-keys/verify`

use insula_tests::support::{App, Caller, Person};
use serde_json::{Value, json};

use super::{key_with, reading_key};

fn verify(caller: &Caller<'_>, key: &str) -> Value {
    caller.post("/api/v1/api-keys/verify", &json!({ "key": key })).send().expect(200).json()
}

fn inactive(reason: &str) -> Value {
    json!({ "active": false, "reason": reason })
}

#[test]
fn an_active_key_is_told_with_all_that_bounds_it() {
    let app = App::start();
    let ada = app.person("ada");
    let body = json!({ "name": "CI", "scopes": ["read", "admin"], "expires_in_days": 1, "rate_limit": "5/hour",
        "allowed_networks": ["10.0.0.0/8"], "metadata": { "a": "b" } });
    let (path, text, _) = key_with(&app, &ada, body);

    let told = verify(&ada, &text);

    assert_eq!(
        told,
        json!({
            "active": true, "key_id": path.rsplit('/').next().unwrap(), "tenant_id": ada.tenant_id,
            "created_by": ada.user_id, "name": "CI", "scopes": ["read", "admin"],
            "permissions": ["view_reports", "view_usage", "manage_keys", "manage_users", "manage_tenant", "view_audit",
                "manage_privacy"],
            "limits": { "plan": "free", "requests_per_minute": 10, "burst": 20, "rate_limit": "5/hour" },
            "allowed_networks": ["10.0.0.0/8"], "metadata": { "a": "b" }, "live": true,
            "expires_at": "2030-01-02T00:00:00Z",
        })
    );
    assert_eq!(verify(&app.operator(), &text), told);
    let admins = ada.key(&["admin"]);
    assert_eq!(verify(&admins, &text), told);
}

#[test]
fn why_a_key_counts_no_longer_is_told() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let admin = app.member(&ada, "admin");
    let (path, revoked, _) = key_with(&app, &ada, json!({ "name": "x", "scopes": ["read"] }));
    let _ = ada.request("DELETE", &path).send().expect(204);
    let (_, expired, _) =
        key_with(&app, &ada, json!({ "name": "old", "scopes": ["read"], "expires_in_days": 1 }));
    app.db().execute("update api_key set expires_at_ms = 1 where name = 'old'");
    let left = admin.key(&["read"]).credential;
    app.db().execute(&format!("delete from membership where user_id = '{}'", admin.user_id));
    let (_, bound, _) =
        key_with(&app, &ada, json!({ "name": "x", "scopes": ["read"], "allowed_networks": ["10.0.0.0/8"] }));

    assert_eq!(verify(&ada, &revoked), inactive("revoked"));
    assert_eq!(verify(&ada, &expired), inactive("expired"));
    assert_eq!(verify(&ada, &left), inactive("creator_removed"));
    let from = |address: &str| {
        let body = json!({ "key": bound, "client_address": address });
        ada.post("/api/v1/api-keys/verify", &body).send()
    };
    assert_eq!(from("192.0.2.1").expect(200).json(), inactive("address_not_allowed"));
    for inside in ["10.1.2.3", "::ffff:10.1.2.3", "10.1.2.3:443"] {
        assert_eq!(from(inside).expect(200).json()["active"], true, "{inside}");
    }
    from("nowhere").invalid("/client_address", "address");
    app.db().execute("update tenant set state = 'suspended'");
    assert_eq!(verify(&app.operator(), &bound), inactive("tenant_suspended"));
}

/// Protects every tenant from every other: who asks learns nothing of a key that isn't its own tenant's.
#[test]
fn a_foreign_key_is_answered_byte_for_byte_as_an_unknown_one() {
    let app = App::start().without_limits();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let foreign = ada.key(&["read"]).credential;
    let ask = |caller: &Caller<'_>, key: &str| {
        let answer = caller.post("/api/v1/api-keys/verify", &json!({ "key": key })).send().expect(200);
        answer.body
    };
    let suffix = "00000000000000000000000001";
    let unknown = insula_domain::credential::api_key(true, suffix, &"A".repeat(43));

    let expected = ask(&bob, &unknown);

    assert_eq!(ask(&bob, &foreign), expected);
    assert_eq!(ask(&bob.key(&["admin"]), &foreign), expected);
    let revoked = ada.key(&["read"]);
    app.db().execute("update api_key set revoked_at_ms = 1");
    assert_eq!(ask(&bob, &revoked.credential), expected);
}

/// Protects the secret of a key from whoever knows its id: only the whole text is worth an answer.
#[test]
fn nothing_is_told_to_who_does_not_have_the_whole_text() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let (path, text, _) = key_with(&app, &ada, json!({ "name": "x", "scopes": ["read"] }));
    let suffix = path.rsplit("key_").next().unwrap();
    let mut tried = vec![String::new(), "x".repeat(300), "a.b.c".to_owned(), suffix.to_owned(), path.clone()];
    tried.push(app.operator().credential);
    tried.push(ada.credential.clone());
    tried.push(insula_domain::credential::api_key(true, suffix, &"A".repeat(43)));
    tried.push(insula_domain::credential::api_key(false, suffix, &text[36..79]));
    tried.extend((0..text.len()).step_by(9).map(|at| text[..at].to_owned()));
    for text in tried {
        assert_eq!(verify(&ada, &text), inactive("unknown"), "{text}");
    }
}

#[test]
fn verifying_takes_nothing_from_the_keys_limits_and_is_no_use_of_it() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let (path, text, key) =
        key_with(&app, &ada, json!({ "name": "x", "scopes": ["read"], "rate_limit": "1/day" }));
    for _ in 0..5 {
        assert_eq!(verify(&ada, &text)["active"], true);
    }
    assert_eq!(ada.get(&path).send().expect(200).json()["last_used_at"], Value::Null);
    let _ = key.get("/api/v1/reports").send().expect(200);
    key.get("/api/v1/reports").send().problem(429, "rate-limited");
}

#[test]
fn who_may_not_manage_keys_may_not_ask() {
    let app = App::start();
    let ada = app.person("ada");
    let (_, key) = reading_key(&app, &ada);
    let body = json!({ "key": key.credential });
    for caller in [&key, &app.member(&ada, "analyst").caller] {
        caller.post("/api/v1/api-keys/verify", &body).send().problem(403, "forbidden");
    }
    app.request("POST", "/api/v1/api-keys/verify").json(&body).send().problem(401, "unauthenticated");
}

/// What the operator is told of a key is the tenant's, and so is the knowledge that it was told.
#[test]
fn that_the_operator_was_told_of_a_key_is_in_the_log_of_its_tenant() {
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let (key, own) = (ada.key(&["read"]), bob.key(&["admin"]));
    let noted = |person: &Person<'_>| {
        app.db().number(&format!(
            "select count(*) from audit_entry where tenant_id = '{}' and action = 'operator.read'",
            person.tenant_id
        ))
    };
    let ask = |caller: &Caller<'_>, text: &str| verify(caller, text)["active"].clone();

    assert_eq!(ask(&app.operator(), "nonsense"), false);
    assert_eq!(ask(&bob, &own.credential), true);
    assert_eq!((noted(&ada), noted(&bob)), (0, 0), "nothing of a tenant was told to the operator");
    assert_eq!(ask(&app.operator(), &key.credential), true);

    assert_eq!((noted(&ada), noted(&bob)), (1, 0));
}
