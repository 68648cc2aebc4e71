//! `GET /api/v1/tenants/{tenant_id}`

use insula_tests::support::App;
use serde_json::{Value, json};

use super::create;

#[test]
fn every_member_a_key_of_the_tenant_and_the_operator_see_it_as_what_they_are() {
    let app = App::start();
    let ada = app.person("ada");
    let path = format!("/api/v1/tenants/{}", ada.tenant_id);
    let viewer = app.member(&ada, "viewer");
    for (caller, role) in [
        (&ada.caller, json!("owner")),
        (&viewer.caller, json!("viewer")),
        (&ada.key(&["generate"]), json!("owner")),
        (&app.operator(), Value::Null),
    ] {
        let tenant = caller.get(&path).send().expect(200).json();
        assert_eq!(
            tenant,
            json!({
                "id": ada.tenant_id, "name": "ada", "state": "active", "plan": "free", "role": role,
                "state_reason": null, "state_by": null, "region": null, "settings": {}, "isolation": app.db().isolation(),
                "created_at": "2030-01-01T00:00:00Z",
            })
        );
    }
}

#[test]
fn a_person_reads_all_its_tenants_with_one_token_and_a_key_only_its_own() {
    let app = App::start();
    let ada = app.person("ada");
    let second = create(&ada, "Second").expect(201);

    let read = ada.get(second.header("location")).send().expect(200);

    assert_eq!(read.json()["name"], "Second");
    ada.key(&["read", "admin"]).get(second.header("location")).send().problem(404, "not-found");
}

#[test]
fn who_has_this_version_already_gets_304_until_something_changes() {
    let app = App::start();
    let ada = app.person("ada");
    let path = format!("/api/v1/tenants/{}", ada.tenant_id);
    let first = ada.get(&path).send().expect(200);
    let tag = first.header("etag").to_owned();
    assert!(tag.starts_with('"') && tag.len() > 2, "not a strong tag: {tag}");
    let again = || ada.get(&path).header("if-none-match", &tag).send();

    let unchanged = again().expect(304);
    assert!(unchanged.body.is_empty(), "{unchanged}");
    assert_eq!(unchanged.header("etag"), tag);

    app.db().execute(&format!("update tenant set plan = 'professional' where id = '{}'", ada.tenant_id));
    let changed = again().expect(200);
    assert_eq!(changed.json()["plan"], "professional");
    assert_ne!(changed.header("etag"), tag);
}

#[test]
fn what_names_no_tenant_is_not_found_for_the_operator_too() {
    let app = App::start();
    let ada = app.person("ada");
    for id in ["ten_01h455vb4pex5vsknk084sn02q", &ada.user_id, "ten_", "nonsense", "%00", "..%2fworkspaces"] {
        for caller in [&ada.caller, &app.operator()] {
            caller.get(&format!("/api/v1/tenants/{id}")).send().problem(404, "not-found");
        }
    }
}
