//! `PATCH /api/v1/api-keys/{key_id}`

use std::time::Duration;

use insula_tests::support::{App, eight_at_once};
use serde_json::json;

use super::{create, key_with, patch, reading_key};

#[test]
fn what_is_sent_changes_and_the_rest_remains() {
    let app = App::start();
    let ada = app.person("ada");
    let body = json!({ "name": "CI", "scopes": ["read"], "expires_in_days": 7, "rate_limit": "5/second",
        "allowed_networks": ["127.0.0.1", "2001:db8::7/32"], "metadata": { "team": "a" } });
    let (path, _, key) = key_with(&app, &ada, body);

    let named = patch(&ada, &path, &json!({ "name": " Build ", "metadata": { "b.c-d_9": "" } })).expect(200);
    assert_eq!(named.json(), ada.get(&path).send().expect(200).json());
    let shown = named.json();
    assert_eq!((&shown["name"], &shown["metadata"]), (&json!("Build"), &json!({ "b.c-d_9": "" })));
    assert_eq!(shown["allowed_networks"], json!(["127.0.0.1/32", "2001:db8::/32"]));
    assert_eq!(
        (&shown["rate_limit"], &shown["expires_at"]),
        (&json!("5/second"), &json!("2030-01-08T00:00:00Z"))
    );

    let all = json!({ "scopes": ["analyze"], "expires_in_days": null, "rate_limit": null, "allowed_networks": null });
    let shown = patch(&ada, &path, &all).expect(200).json();
    for cleared in ["expires_at", "rate_limit", "allowed_networks"] {
        assert!(shown[cleared].is_null(), "{cleared} in {shown}");
    }
    key.get("/api/v1/reports").send().problem(403, "forbidden");
    let _ = patch(&ada, &path, &json!({ "scopes": ["read", "analyze"] })).expect(200);
    let _ = key.get("/api/v1/reports").send().expect(200);
}

#[test]
fn an_empty_change_changes_nothing() {
    let app = App::start();
    let ada = app.person("ada");
    let (path, _) = reading_key(&app, &ada);
    let before = app.db().dump();
    let _ = patch(&ada, &path, &json!({})).expect(200);
    assert_eq!(app.db().dump(), before);
}

#[test]
fn every_bad_field_is_reported_at_once_and_nothing_is_stored() {
    let app = App::start();
    let ada = app.person("ada");
    let (path, _) = reading_key(&app, &ada);
    let before = app.db().dump();
    let body = json!({ "name": "", "scopes": [], "expires_in_days": 0, "rate_limit": "100/week",
        "allowed_networks": ["10.0.0.0/33"], "metadata": { "a": "\u{1b}[31m" } });

    let answer = patch(&ada, &path, &body);

    for (pointer, code) in [
        ("/name", "length"),
        ("/scopes", "length"),
        ("/expires_in_days", "range"),
        ("/rate_limit", "format"),
        ("/allowed_networks/0", "network"),
        ("/metadata/a", "characters"),
    ] {
        answer.invalid(pointer, code);
    }
    assert_eq!(answer.json()["errors"].as_array().unwrap().len(), 6);
    assert_eq!(app.db().dump(), before);
}

#[test]
fn a_version_that_is_gone_is_not_changed_and_use_makes_no_new_one() {
    let app = App::start();
    let ada = app.person("ada");
    let (path, key) = reading_key(&app, &ada);
    let tag = ada.get(&path).send().expect(200).header("etag").to_owned();
    let send = |tag: &str, name: &str| {
        ada.request("PATCH", &path).header("if-match", tag).json(&json!({ "name": name })).send()
    };
    // The program goes on meanwhile.
    let _ = key.get("/api/v1/reports").send().expect(200);
    let used = ada.get(&path).send().expect(200);
    assert_ne!(used.header("etag"), tag, "what is shown differs");
    assert_eq!(ada.get(&path).header("if-none-match", used.header("etag")).send().status, 304);

    let changed = send(&tag, "One").expect(200);

    send(&tag, "Two").problem(412, "stale");
    send("\"nonsense\"", "Two").problem(412, "stale");
    assert_eq!(ada.get(&path).send().expect(200).json()["name"], "One");
    let _ = send(changed.header("etag"), "Two").expect(200);
    let _ = send("*", "Three").expect(200);
}

#[test]
fn of_changes_at_once_none_is_lost() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let (path, _) = reading_key(&app, &ada);

    // Each changes one field; a lost one would leave its field as it was.
    let fields = [
        json!({ "name": "n" }),
        json!({ "scopes": ["analyze"] }),
        json!({ "expires_in_days": 1 }),
        json!({ "rate_limit": "1/day" }),
        json!({ "allowed_networks": ["10.0.0.0/8"] }),
        json!({ "metadata": { "a": "b" } }),
        json!({ "name": "n" }),
        json!({ "rate_limit": "1/day" }),
    ];
    let answers = eight_at_once(|number| patch(&ada, &path, &fields[number]));

    assert!(answers.iter().all(|answer| answer.status == 200), "{}", answers[0]);
    let shown = ada.get(&path).send().expect(200).json();
    assert_eq!((&shown["name"], &shown["scopes"]), (&json!("n"), &json!(["analyze"])));
    assert_eq!((&shown["rate_limit"], &shown["metadata"]), (&json!("1/day"), &json!({ "a": "b" })));
    assert_eq!(
        (&shown["allowed_networks"], &shown["expires_at"]),
        (&json!(["10.0.0.0/8"]), &json!("2030-01-02T00:00:00Z"))
    );
}

#[test]
fn a_key_that_has_ended_does_not_come_back() {
    let app = App::start();
    let ada = app.person("ada");
    let (revoked, _) = reading_key(&app, &ada);
    let _ = ada.request("DELETE", &revoked).send().expect(204);
    patch(&ada, &revoked, &json!({ "name": "x" })).problem(409, "key-ended");
    let (expired, ..) =
        key_with(&app, &ada, json!({ "name": "x", "scopes": ["read"], "expires_in_days": 1 }));
    app.advance(Duration::from_secs(86_400));
    let later = app.log_in(&ada.email);
    patch(&later, &expired, &json!({ "expires_in_days": null })).problem(409, "key-ended");
}

/// Protects the owner from its admins: a key acts with the role of who made it, so an admin that has the text of an
/// owner's key could make itself an owner.
#[test]
fn nobody_adds_to_a_key_what_it_may_not_do_itself() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let admin = app.member(&ada, "admin");
    let (path, ..) = key_with(&app, &ada, json!({ "name": "x", "scopes": ["read", "billing"] }));
    let before = app.db().dump();

    patch(&admin, &path, &json!({ "scopes": ["read", "admin"] })).invalid("/scopes/1", "exceeds-role");
    let weak = ada.key(&["admin"]);
    patch(&weak, &path, &json!({ "scopes": ["read", "write"] })).invalid("/scopes/1", "exceeds-key");
    for role in ["viewer", "analyst"] {
        let member = app.member(&ada, role);
        patch(&member, &path, &json!({ "scopes": ["read"] })).problem(403, "forbidden");
    }

    assert_eq!(ada.get(&path).send().expect(200).json()["scopes"], json!(["read", "billing"]));
    assert!(before.len() < app.db().dump().len(), "only the callers are new");
    // What it has it may keep, or lose.
    let _ = patch(&admin, &path, &json!({ "scopes": ["billing"] })).expect(200);
    let _ = patch(&ada, &path, &json!({ "scopes": ["billing", "admin"] })).expect(200);
    // The key of an admin gets nothing that its maker's role doesn't allow, whoever gives it.
    let (of_admin, ..) = key_with(&app, &admin, json!({ "name": "y", "scopes": ["read"] }));
    patch(&ada, &of_admin, &json!({ "scopes": ["billing"] })).invalid("/scopes/0", "exceeds-role");
}

#[test]
fn another_tenants_key_is_not_found_and_not_changed() {
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let (path, _) = reading_key(&app, &ada);
    let before = app.db().dump();
    patch(&bob, &path, &json!({ "name": "mine" })).problem(404, "not-found");
    assert_eq!(app.db().dump(), before);
    let made = create(&bob, &json!({ "name": "x", "scopes": ["admin"] })).expect(201).json();
    let key = app.caller(made["key"].as_str().unwrap());
    patch(&key, &path, &json!({ "name": "mine" })).problem(404, "not-found");
    key.post(&format!("{path}/rotate"), &json!({})).send().problem(404, "not-found");
    key.request("DELETE", &path).send().problem(404, "not-found");
}
