//! `POST /internal/migrate`

use insula_tests::support::{App, Form, Options};
use serde_json::json;

const PATH: &str = "/internal/migrate";

#[test]
fn makes_each_step_in_order_and_then_nothing() {
    let app = App::with(Options { migrated: false, ..Options::default() });
    let numbers: Vec<u32> = insula_migrations::STEPS.iter().map(|step| step.number).collect();

    let first = app.operator().request("POST", PATH).send().expect(200).json();
    let again = app.operator().request("POST", PATH).send().expect(200).json();

    let newest = insula_migrations::newest();
    assert_eq!(
        first,
        json!({ "applied": numbers, "schema": newest, "tenants_migrated": 0, "tenants_left": 0 })
    );
    assert_eq!(again, json!({ "applied": [], "schema": newest, "tenants_migrated": 0, "tenants_left": 0 }));
    assert_eq!(app.db().number("select max(number) from schema_migration"), i64::from(newest));
}

#[test]
fn what_is_stored_stays_as_it_is() {
    let app = App::start();
    let ada = app.person("ada");
    let key = ada.key(&["read", "analyze"]);
    let _ = key.request("POST", "/api/v1/analyze").form(&Form::file("a\n1\n")).send().expect(201);
    let before = app.db().dump();

    let done = app.operator().request("POST", PATH).send().expect(200).json();

    assert_eq!(done["applied"], json!([]));
    assert_eq!(app.db().dump(), before);
    let _ = key.get("/api/v1/reports").send().expect(200);
}

#[test]
fn only_the_operator_may() {
    let app = App::start();
    let ada = app.person("ada");
    app.request("POST", PATH).send().problem(401, "unauthenticated");
    let other = insula_domain::credential::digest("another operator");
    for credential in ["a.b.c", "insop_", &format!("insop_{}", &other[..43])] {
        app.caller(credential).request("POST", PATH).send().problem(401, "unauthenticated");
    }
    for caller in [&ada.caller, &ada.key(&["admin", "write", "read"])] {
        caller.request("POST", PATH).send().problem(403, "forbidden");
    }
}

/// A token or a key can't be looked up before there is a schema. That is no failure, and no reason to migrate.
#[test]
fn before_the_first_migration_other_callers_are_refused_and_nothing_is_made() {
    let app = App::with(Options { migrated: false, ..Options::default() });
    let key = insula_domain::credential::api_key(true, "01h455vb4pex5vsknk084sn02q", &"A".repeat(43));
    for path in [PATH, "/internal/tick"] {
        for credential in ["a.b.c", &key] {
            app.caller(credential).request("POST", path).send().problem(503, "not-migrated");
        }
        app.request("POST", path).send().problem(401, "unauthenticated");
        app.caller("insop_").request("POST", path).send().problem(401, "unauthenticated");
    }
    assert!(!app.db().tables().contains_key("tenant"));
}
