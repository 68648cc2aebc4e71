//! A key and the person who made it: it never may do more than that person may now.

use insula_tests::support::{App, Form};
use serde_json::json;

use super::{PATH, create};

/// Protects the tenant from people who left and kept their keys.
#[test]
fn a_key_ends_when_its_creator_is_a_member_no_longer() {
    let app = App::start();
    let ada = app.person("ada");
    let admin = app.member(&ada, "admin");
    let (key, other) = (admin.key(&["read"]), ada.key(&["read"]));
    let _ = key.get("/api/v1/usage").send().expect(200);

    app.db().execute(&format!("delete from membership where user_id = '{}'", admin.user_id));

    let before = app.db().dump();
    for path in ["/api/v1/usage", "/api/v1/reports", &format!("/api/v1/tenants/{}", ada.tenant_id)] {
        key.get(path).send().problem(401, "unauthenticated");
    }
    assert_eq!(app.db().dump(), before);
    assert_eq!(app.db().number("select count(*) from usage_counter"), 0);
    let _ = other.get("/api/v1/usage").send().expect(200);
}

#[test]
fn the_tenant_still_sees_the_key_of_who_left_and_can_revoke_it() {
    let app = App::start();
    let ada = app.person("ada");
    let admin = app.member(&ada, "admin");
    let made = create(&admin, &json!({ "name": "left", "scopes": ["read"] })).expect(201);
    app.db().execute(&format!("delete from membership where user_id = '{}'", admin.user_id));

    let listed = ada.get(PATH).send().expect(200).json();

    assert_eq!(listed["items"][0]["created_by"], *admin.user_id);
    let _ = ada.request("DELETE", made.header("location")).send().expect(204);
}

#[test]
fn a_key_loses_what_its_creators_role_loses_at_once() {
    let app = App::start();
    let ada = app.person("ada");
    let member = app.member(&ada, "admin");
    let key = member.key(&["read", "analyze", "admin"]);
    let analyze = || key.request("POST", "/api/v1/analyze").form(&Form::file("a\n1\n")).send();
    let role = |role: &str| {
        app.db()
            .execute(&format!("update membership set role = '{role}' where user_id = '{}'", member.user_id));
    };
    let _ = key.get(PATH).send().expect(200);

    role("analyst");
    key.get(PATH).send().problem(403, "forbidden");
    let _ = analyze().expect(201);

    role("viewer");
    analyze().problem(403, "forbidden");
    key.get("/api/v1/usage").send().problem(403, "forbidden");
    let _ = key.get("/api/v1/reports").send().expect(200);

    role("admin");
    let _ = key.get(PATH).send().expect(200);
}
