//! `GET /api/v1/api-keys/{key_id}`

use insula_tests::support::App;
use serde_json::json;

use super::{PATH, create};

#[test]
fn a_key_is_read_as_it_was_made_but_without_its_secret() {
    let app = App::start();
    let ada = app.person("ada");
    let admin = app.member(&ada, "admin");
    let body = json!({ "name": "CI", "scopes": ["admin", "read"], "live": false, "expires_in_days": 30 });
    let made = create(&ada, &body).expect(201);
    let key = app.caller(made.json()["key"].as_str().unwrap());
    let mut expected = made.json();
    expected.as_object_mut().unwrap().remove("key");

    for caller in [&ada.caller, &admin.caller] {
        assert_eq!(caller.get(made.header("location")).send().expect(200).json(), expected);
    }
    // Reading itself, the key is in use.
    expected["last_used_at"] = json!("2030-01-01T00:00:00Z");
    assert_eq!(key.get(made.header("location")).send().expect(200).json(), expected);
}

#[test]
fn who_has_this_version_already_gets_304_until_the_key_is_revoked() {
    let app = App::start();
    let ada = app.person("ada");
    let made = create(&ada, &json!({ "name": "CI", "scopes": ["read"] })).expect(201);
    let path = made.header("location");
    let tag = ada.get(path).send().expect(200).header("etag").to_owned();
    assert!(tag.starts_with('"') && tag.len() > 2, "not a strong tag: {tag}");
    let again = || ada.get(path).header("if-none-match", &tag).send();

    let unchanged = again().expect(304);
    assert!(unchanged.body.is_empty(), "{unchanged}");
    assert_eq!(unchanged.header("etag"), tag);

    let _ = ada.request("DELETE", path).send().expect(204);
    let changed = again().expect(200);
    assert_eq!(changed.json()["revoked_at"], "2030-01-01T00:00:00Z");
    assert_ne!(changed.header("etag"), tag);
}

#[test]
fn what_names_no_key_is_not_found() {
    let app = App::start();
    let ada = app.person("ada");
    for id in [
        "key_01h455vb4pex5vsknk084sn02q",
        &ada.tenant_id,
        "key_",
        "nonsense",
        "%00",
        "KEY_01h455vb4pex5vsknk084sn02q",
    ] {
        ada.get(&format!("{PATH}/{id}")).send().problem(404, "not-found");
    }
}
