//! A database that is newer than the components: a new release is being rolled out, or was rolled back.

use insula_tests::support::{App, Database, Form};
use serde_json::json;

const NEXT: u32 = insula_migrations::newest() + 1;

/// What the next release's step may do to whoever still runs this one: new tables, and columns in every table that
/// nobody has to fill in.
fn expand(database: &Database) {
    for table in database.tables() {
        database.execute(&format!("alter table {table} add column later text"));
        database.execute(&format!("alter table {table} add column counted bigint not null default 0"));
    }
    database
        .execute("create table later (id text primary key, tenant_id text not null references tenant (id))");
    database.execute(&format!(
        "insert into schema_migration (number, name, applied_at_ms) values ({NEXT}, 'next', 0)"
    ));
}

/// Everything that a customer does, once.
fn live(app: &App, name: &str) {
    let person = app.person(name);
    let key = person.key(&["read", "analyze"]);
    let _ = key.request("POST", "/api/v1/analyze").form(&Form::file("a,b\n1,2\n")).send().expect(201);
    let _ = person.post("/api/v1/tenants", &json!({ "name": "Second" })).send().expect(201);
    for path in ["/api/v1/reports", "/api/v1/usage", "/api/v1/api-keys", "/api/v1/tenants", "/api/v1/auth/me"]
    {
        let _ = person.get(path).send().expect(200);
    }
}

#[test]
fn components_serve_on_a_newer_schema_without_being_started_again() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let key = ada.key(&["read", "analyze"]);
    live(&app, "before");

    expand(app.db());

    let usage = key.get("/api/v1/usage").send().expect(200).json();
    assert_eq!(usage["tenant_id"], ada.tenant_id.as_str());
    let _ = key.request("POST", "/api/v1/analyze").form(&Form::file("a,b\n1,2\n")).send().expect(201);
    live(&app, "after");
    let health = app.request("GET", "/health").send().expect(200).json();
    assert_eq!((&health["database"], &health["schema"]), (&json!("ok"), &json!(NEXT)));
    let _ = app.operator().request("POST", "/internal/tick").send().expect(200);
}

#[test]
fn an_older_runner_finds_nothing_to_do_and_changes_nothing() {
    let app = App::start();
    let ada = app.person("ada");
    expand(app.db());
    let (schema, rows) = (app.db().schema(), app.db().dump());

    let done = app.operator().request("POST", "/internal/migrate").send().expect(200).json();

    assert_eq!(done, json!({ "applied": [], "schema": NEXT }));
    assert_eq!(app.db().schema(), schema);
    assert_eq!(app.db().dump(), rows);
    let _ = ada.get("/api/v1/auth/me").send().expect(200);
}
