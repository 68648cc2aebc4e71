//! `GET /api/v1/workspaces` and `POST /api/v1/workspaces`: tenants under their other name.

use insula_tests::support::App;
use serde_json::json;

use super::names;

#[test]
fn a_workspace_is_stored_and_read_as_a_tenant() {
    let app = App::start();
    let ada = app.person("ada");

    let answer = ada.post("/api/v1/workspaces", &json!({ "name": "Acme" })).send().expect(201);

    let made = answer.json();
    let id = made["id"].as_str().unwrap();
    assert_eq!(answer.header("location"), format!("/api/v1/tenants/{id}"));
    assert_eq!((&made["role"], &made["state"]), (&"owner".into(), &"active".into()));
    assert_eq!(
        app.db().rows(&format!("select name, plan from tenant where id = '{id}'")),
        [["Acme", "free"]]
    );
    assert_eq!(ada.get(answer.header("location")).send().expect(200).json(), made);
    let members = app.db().rows(&format!("select user_id, role from membership where tenant_id = '{id}'"));
    assert_eq!(members, [[ada.user_id.as_str(), "owner"]]);
}

#[test]
fn a_bad_name_is_refused_as_for_tenants() {
    let app = App::start();
    let ada = app.person("ada");
    let before = app.db().dump();
    ada.post("/api/v1/workspaces", &json!({ "name": " " })).send().invalid("/name", "length");
    assert_eq!(app.db().dump(), before);
}

#[test]
fn both_lists_are_the_same_for_a_person_and_for_the_operator() {
    let app = App::start();
    let ada = app.person("ada");
    app.advance(std::time::Duration::from_millis(5));
    let bob = app.person("bob");
    app.advance(std::time::Duration::from_millis(5));
    let _ = ada.post("/api/v1/workspaces", &json!({ "name": "Acme" })).send().expect(201);
    for (caller, expected) in [
        (&ada.caller, vec!["ada", "Acme"]),
        (&bob.caller, vec!["bob"]),
        (&app.operator(), vec!["ada", "bob", "Acme"]),
    ] {
        let get = |path: &str| caller.get(path).send().expect(200).body;
        assert_eq!(get("/api/v1/workspaces"), get("/api/v1/tenants"));
        assert_eq!(
            names(caller, "/api/v1/workspaces", 1),
            (expected.iter().map(|name| (*name).to_owned()).collect(), expected.len())
        );
    }
}
