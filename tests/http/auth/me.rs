//! `GET /api/v1/auth/me`

use insula_domain::role::Role;
use insula_tests::support::App;
use serde_json::{Value, json};

use super::{PASSWORD, login, register};

#[test]
fn shows_the_person_its_tenants_and_what_it_may_do_in_the_active_one() {
    let app = App::start();
    let ada = app.person("ada");

    let me = ada.get("/api/v1/auth/me").send().expect(200).json();

    let created_at = "2030-01-01T00:00:00Z";
    let permissions: Vec<&str> =
        Role::Owner.permissions().iter().map(|permission| permission.as_str()).collect();
    assert_eq!(
        me,
        json!({
            "user": { "id": ada.user_id, "email": ada.email, "name": "ada", "email_verified": false,
                "created_at": created_at },
            "second_factor": { "state": "none", "recovery_codes_left": 0 },
            "memberships": [{ "tenant_id": ada.tenant_id, "name": "ada", "role": "owner" }],
            "active": { "tenant_id": ada.tenant_id, "role": "owner", "permissions": permissions, "plan": "free" },
            "act": Value::Null,
        })
    );
}

#[test]
fn memberships_are_the_callers_own_oldest_tenant_first() {
    let app = App::start();
    let ada = app.person("ada");
    app.advance(std::time::Duration::from_millis(5));
    let bob = app.person("bob");
    app.db().execute(&format!(
        "insert into membership (tenant_id, user_id, role, created_at_ms) values ('{}', '{}', 'analyst', 9)",
        ada.tenant_id, bob.user_id
    ));

    let me = bob.get("/api/v1/auth/me").send().expect(200).json();

    assert_eq!(
        me["memberships"],
        json!([
            { "tenant_id": ada.tenant_id, "name": "ada", "role": "analyst" },
            { "tenant_id": bob.tenant_id, "name": "bob", "role": "owner" },
        ])
    );
    let adas = ada.get("/api/v1/auth/me").send().expect(200);
    assert!(!adas.text().contains(&bob.user_id) && !adas.text().contains(&bob.tenant_id), "{adas}");
}

#[test]
fn the_active_role_is_the_present_one_and_not_that_of_the_token() {
    let app = App::start();
    let ada = app.person("ada");
    let member = app.member(&ada, "admin");

    app.db().execute(&format!("update membership set role = 'viewer' where user_id = '{}'", member.user_id));

    let active = member.get("/api/v1/auth/me").send().expect(200).json()["active"].clone();
    assert_eq!((&active["role"], &active["permissions"]), (&json!("viewer"), &json!(["view_reports"])));
}

#[test]
fn without_a_tenant_nothing_is_active() {
    let app = App::start();
    let body = json!({ "email": "ada@example.com", "password": PASSWORD });
    let made = register(&app, &body).expect(201).json();
    let token = login(&app, &body).expect(200).json()["access_token"].as_str().unwrap().to_owned();

    let me = app.caller(&token).get("/api/v1/auth/me").send().expect(200).json();

    let second_factor = json!({ "state": "none", "recovery_codes_left": 0 });
    let expected = json!({
        "user": made["user"], "second_factor": second_factor, "memberships": [], "active": Value::Null,
        "act": Value::Null,
    });
    assert_eq!(me, expected);
}

#[test]
fn who_has_this_version_already_gets_304_until_something_changes() {
    let app = App::start();
    let ada = app.person("ada");
    let first = ada.get("/api/v1/auth/me").send().expect(200);
    let tag = first.header("etag").to_owned();
    assert!(tag.starts_with('"') && tag.ends_with('"') && tag.len() > 2, "not a strong tag: {tag}");
    let again = |tags: &str| ada.get("/api/v1/auth/me").header("if-none-match", tags).send();

    for tags in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
        let answer = again(&tags).expect(304);
        assert!(answer.body.is_empty() && !answer.header("ratelimit").is_empty(), "{answer}");
        assert_eq!(answer.header("etag"), tag);
    }
    assert_eq!(again("\"other\"").expect(200).body, first.body);
    let _ = ada.post("/api/v1/tenants", &json!({ "name": "Second" })).send().expect(201);
    assert_ne!(again(&tag).expect(200).header("etag"), tag);
}

/// Protects whoever was removed from a tenant: the account is the person's own, and its other tenants too.
#[test]
fn who_was_removed_from_the_tenant_of_its_token_still_has_its_account() {
    let app = App::start();
    let ada = app.person("ada");
    let member = app.member(&ada, "analyst");
    let second = member.post("/api/v1/tenants", &json!({ "name": "Own" })).send().expect(201).json();
    app.db().execute(&format!(
        "delete from membership where user_id = '{}' and tenant_id = '{}'",
        member.user_id, ada.tenant_id
    ));

    let me = member.get("/api/v1/auth/me").send().expect(200);

    assert_eq!(me.json()["user"]["id"], *member.user_id);
    let own = json!([{ "tenant_id": second["id"], "name": "Own", "role": "owner" }]);
    assert_eq!((&me.json()["memberships"], &me.json()["active"]), (&own, &Value::Null));
    assert!(me.header("ratelimit").starts_with("\"rate\";r=19;"), "a bucket of its own: {me}");
    assert!(!me.text().contains(&ada.tenant_id), "{me}");
    let listed = member.get("/api/v1/tenants").send().expect(200).json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    let path = format!("/api/v1/tenants/{}", second["id"].as_str().unwrap());
    let _ = member.get(&path).send().expect(200);
    let _ = member.post("/api/v1/tenants", &json!({ "name": "Third" })).send().expect(201);
}

/// Protects the tenant: its former members are strangers to it, and their tokens worth nothing there.
#[test]
fn who_was_removed_is_a_stranger_to_the_tenant_at_once() {
    let app = App::start();
    let ada = app.person("ada");
    let member = app.member(&ada, "admin");
    let key = member.key(&["read", "admin"]);
    app.db().execute(&format!("delete from membership where user_id = '{}'", member.user_id));
    let before = app.db().dump();

    let own = format!("/api/v1/tenants/{}", ada.tenant_id);
    for path in [&own, "/api/v1/usage", "/api/v1/reports", "/api/v1/api-keys"] {
        member.get(path).send().problem(404, "not-found");
        key.get(path).send().problem(401, "unauthenticated");
    }
    let body = json!({ "name": "x", "scopes": ["read"] });
    member.post("/api/v1/api-keys", &body).send().problem(404, "not-found");

    assert_eq!(app.db().dump(), before);
    assert_eq!(app.db().number("select count(*) from usage_counter"), 0);
}
