//! `PATCH /api/v1/tenants/{tenant_id}`

use insula_tests::support::{Answer, App, Caller, eight_at_once};
use serde_json::{Value, json};

fn change(caller: &Caller<'_>, tenant_id: &str, body: &Value) -> Answer {
    caller.request("PATCH", &format!("/api/v1/tenants/{tenant_id}")).json(body).send()
}

#[test]
fn what_is_sent_changes_and_the_rest_remains() {
    let app = App::start();
    let ada = app.person("ada");
    let body = json!({ "region": "eu-central", "settings": { "theme": "dark" } });

    let tenant = change(&ada, &ada.tenant_id, &body).expect(200).json();

    assert_eq!((&tenant["name"], &tenant["region"]), (&json!("ada"), &json!("eu-central")));
    assert_eq!(tenant["settings"], json!({ "theme": "dark" }));
    let path = format!("/api/v1/tenants/{}", ada.tenant_id);
    assert_eq!(ada.get(&path).send().expect(200).json(), tenant);
    let renamed =
        change(&ada, &ada.tenant_id, &json!({ "name": " Ada & Co ", "region": null })).expect(200).json();
    assert_eq!((&renamed["name"], &renamed["region"]), (&json!("Ada & Co"), &Value::Null));
    assert_eq!(renamed["settings"], json!({ "theme": "dark" }));
}

#[test]
fn the_plan_is_the_operators_choice_and_counts_from_the_next_call_on() {
    let app = App::start();
    let ada = app.person("ada");

    change(&ada, &ada.tenant_id, &json!({ "plan": "enterprise" })).problem(403, "forbidden");
    assert_eq!(ada.get("/api/v1/usage").send().json()["plan"], "free");

    let _ = change(&app.operator(), &ada.tenant_id, &json!({ "plan": "professional" })).expect(200);
    let usage = ada.get("/api/v1/usage").send().expect(200).json();
    assert_eq!(usage["plan"], "professional");
    let answer = change(&app.operator(), &ada.tenant_id, &json!({ "plan": "none" }));
    assert_eq!(answer.json()["errors"][0]["pointer"], "/plan");
    answer.problem(422, "invalid");
    assert_eq!(app.db().rows("select plan from tenant").concat().concat(), "professional");
}

/// Of many that have seen the same version one changes it, and is not overwritten by another.
#[test]
fn of_eight_who_saw_the_same_version_one_changes_it() {
    let app = App::start();
    let ada = app.person("ada");
    let path = format!("/api/v1/tenants/{}", ada.tenant_id);
    let seen = ada.get(&path).send().expect(200).header("etag").to_owned();

    let answers = eight_at_once(|number| {
        let body = json!({ "name": format!("Name {number}") });
        ada.request("PATCH", &path).header("if-match", &seen).json(&body).send()
    });

    let (made, stale): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    assert_eq!(made.len(), 1, "{answers:?}");
    for answer in stale {
        answer.problem(412, "stale");
    }
    assert_eq!(ada.get(&path).send().expect(200).json(), made[0].json());
}

#[test]
fn who_saw_another_version_changes_nothing() {
    let app = App::start();
    let ada = app.person("ada");
    let path = format!("/api/v1/tenants/{}", ada.tenant_id);
    let seen = ada.get(&path).send().expect(200).header("etag").to_owned();
    let patch = |tag: &str| {
        ada.request("PATCH", &path).header("if-match", tag).json(&json!({ "name": "Again" })).send()
    };

    let answer = patch(&seen).expect(200);
    patch(&seen).problem(412, "stale");

    let tag = answer.header("etag");
    assert_eq!(ada.get(&path).send().expect(200).header("etag"), tag);
    let _ = patch(tag).expect(200);
}

#[test]
fn changes_at_once_are_all_there_in_the_end() {
    let app = App::start();
    let ada = app.person("ada");
    let statuses = eight_at_once(|at| {
        let body = if at % 2 == 0 { json!({ "region": "eu" }) } else { json!({ "name": "Acme" }) };
        change(&app.operator(), &ada.tenant_id, &body).status
    });
    let tenant = ada.get(&format!("/api/v1/tenants/{}", ada.tenant_id)).send().expect(200).json();
    assert!(statuses.iter().all(|status| [200, 503].contains(status)), "{statuses:?}");
    assert_eq!((&tenant["name"], &tenant["region"]), (&json!("Acme"), &json!("eu")));
}

#[test]
fn bad_fields_are_named_and_nothing_is_changed() {
    let app = App::start();
    let ada = app.person("ada");
    let before = app.db().rows("select * from tenant");
    for (body, pointer) in [
        (json!({ "name": "" }), "/name"),
        (json!({ "region": "EU west" }), "/region"),
        (json!({ "settings": { "a b": "c" } }), "/settings"),
        (json!({ "state": "deleted" }), "/state"),
        (json!({ "isolation": "own" }), "/isolation"),
    ] {
        let answer = change(&ada, &ada.tenant_id, &body);
        assert_eq!(answer.json()["errors"][0]["pointer"], pointer, "{body}");
        answer.problem(422, "invalid");
    }
    assert_eq!(app.db().rows("select * from tenant"), before);
}
