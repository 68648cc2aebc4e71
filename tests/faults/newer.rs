//! A database that is newer than the components: a new release is being rolled out, or was rolled back.

use insula_domain::credential::digest;
use insula_tests::support::{App, Caller, Database, Form, only_on_postgresql};
use serde_json::json;

const NEXT: u32 = insula_migrations::newest() + 1;

/// What the next release's step may do to whoever still runs this one: new tables, and columns in every table that
/// nobody has to fill in.
fn expand(database: &Database) {
    for table in database.tables().into_keys() {
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

    assert_eq!(done, json!({ "applied": [], "schema": NEXT, "tenants_migrated": 0, "tenants_left": 0 }));
    assert_eq!(app.db().schema(), schema);
    assert_eq!(app.db().dump(), rows);
    let _ = ada.get("/api/v1/auth/me").send().expect(200);
}

/// While a release is rolled out, instances of the one before go on. Protects keys that are bound to networks: who doesn't
/// know where a call comes from must not let it in.
#[test]
fn the_release_before_decides_by_the_new_rule_and_lets_no_bound_key_in_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let ada = app.person("ada");
    let id_of = |key: &Caller<'_>| format!("key_{}", &key.credential[9..35]);
    // The statement of step 4's release: by key, one that may read reports, metered.
    let outcome = |key: &Caller<'_>| {
        let call = format!(
            "call insula_admit(0, '{}', '{}', null, 1, 'owner admin', 'read', 1, 1893456000000, 1893456000000,
             null, null, null, null, null, null, null, null, null, null, null, null, null)",
            id_of(key),
            digest(&key.credential)
        );
        app.db().rows(&call)[0][0].clone()
    };
    let made = |body| {
        let made = ada.post("/api/v1/api-keys", &body).send().expect(201).json();
        app.caller(made["key"].as_str().unwrap())
    };
    let plain = ada.key(&["read"]);
    let bound = made(json!({ "name": "x", "scopes": ["read"], "allowed_networks": ["0.0.0.0/0", "::/0"] }));
    let limited = made(json!({ "name": "x", "scopes": ["read"], "rate_limit": "2/day" }));

    assert_eq!(outcome(&bound), "unauthenticated");
    assert_eq!(
        [outcome(&limited), outcome(&limited), outcome(&limited)],
        ["admitted", "admitted", "rate_limited"]
    );
    let admitted = (0..30).take_while(|_| outcome(&plain) == "admitted").count();
    assert_eq!(admitted, 18, "the plan's burst is shared");
    assert_eq!(app.db().number("select used from usage_counter where metric = 'api_calls'"), 20);
    let _ = bound.get("/api/v1/usage").send().problem(429, "rate-limited");
}
