//! `GET /api/v1/api-keys`

use std::time::Duration;

use insula_tests::support::App;
use serde_json::{Value, json};

use super::{PATH, create};
use crate::http::tenants::names;

#[test]
fn pages_hold_every_key_of_the_tenant_once_oldest_first_and_revoked_ones_too() {
    let app = App::start().without_limits();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let admin = app.member(&ada, "admin");
    for (at, caller) in [&ada, &admin, &ada, &admin, &ada].into_iter().enumerate() {
        let made = create(caller, &json!({ "name": format!("key {at}"), "scopes": ["read"] })).expect(201);
        let _ = create(&bob, &json!({ "name": "not ada's", "scopes": ["read"] })).expect(201);
        if at % 2 == 1 {
            let _ = ada.request("DELETE", made.header("location")).send().expect(204);
        }
        app.advance(Duration::from_millis(5));
    }
    let all: Vec<String> = (0..5).map(|at| format!("key {at}")).collect();

    for (limit, pages) in [(1, 5), (2, 3), (5, 1), (200, 1)] {
        assert_eq!(names(&ada, PATH, limit), (all.clone(), pages), "limit {limit}");
    }
    let items = admin.get(PATH).send().expect(200).json()["items"].clone();
    let revoked: Vec<bool> =
        items.as_array().unwrap().iter().map(|item| item["revoked_at"].is_string()).collect();
    assert_eq!(revoked, [false, true, false, true, false]);
}

#[test]
fn an_item_is_what_reading_one_key_shows() {
    let app = App::start();
    let ada = app.person("ada");
    let made = create(&ada, &json!({ "name": "CI", "scopes": ["read"], "expires_in_days": 9 })).expect(201);
    let one = ada.get(made.header("location")).send().expect(200).json();

    let page = ada.get(PATH).send().expect(200).json();

    assert_eq!(page, json!({ "items": [one], "next_cursor": null }));
}

#[test]
fn a_tenant_without_keys_has_an_empty_page() {
    let app = App::start();
    let page = app.person("ada").get(PATH).send().expect(200).json();
    assert_eq!(page, json!({ "items": [], "next_cursor": Value::Null }));
}

/// A cursor grants nothing: sent by somebody else it shows what is theirs.
#[test]
fn another_tenants_cursor_shows_none_of_its_keys() {
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    for name in ["first", "second"] {
        let _ = create(&ada, &json!({ "name": name, "scopes": ["read"] })).expect(201);
        app.advance(Duration::from_millis(5));
    }
    let page = ada.get(&format!("{PATH}?limit=1")).send().expect(200).json();
    let cursor = page["next_cursor"].as_str().unwrap();

    let bobs = bob.get(&format!("{PATH}?cursor={cursor}")).send().expect(200).json();

    assert_eq!(bobs["items"], json!([]));
}

#[test]
fn a_limit_out_of_bounds_and_what_is_no_cursor_are_refused() {
    let app = App::start();
    let ada = app.person("ada");
    for limit in ["0", "201", "-1", "x", ""] {
        ada.get(&format!("{PATH}?limit={limit}")).send().invalid("?limit", "range");
    }
    for cursor in ["x", "", "a2V5XzAxaDQ1NXZiNHBleDV2c2tuazA4NHNuMDJ"] {
        ada.get(&format!("{PATH}?cursor={cursor}")).send().invalid("?cursor", "cursor");
    }
}
