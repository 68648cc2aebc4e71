//! A tenant's product data in a schema of its own: only its own role reaches it, and only a batch of that tenant becomes it.

use insula_tests::support::{App, Database, Form, Person, only_on_postgresql};
use serde_json::json;

use super::{RUNTIME, as_runtime};

/// The schema of a tenant, and the role that reaches it.
pub fn schema(tenant_id: &str) -> String {
    tenant_id.replacen("ten_", "t_", 1)
}

/// Puts 2,000 reports of 3 KB into a tenant's own schema.
pub fn fill(database: &Database, tenant_id: &str) {
    let hers = schema(tenant_id);
    database.execute(&format!(
        "insert into {hers}.report
         select 'rep_' || lpad(i::text, 26, '0'), '{tenant_id}', 'c', null, null, i, 1, i / 7.0, repeat('x', 3000), i
         from generate_series(1, 2000) i"
    ));
}

/// What a table of reports has: equal before and after, nothing was lost.
pub fn sums(database: &Database, table: &str) -> Vec<Vec<String>> {
    database.rows(&format!("select count(*), sum(row_count), sum(score), sum(length(body)) from {table}"))
}

/// Has a person analyse something. Returns the report's id.
pub fn analyzed(person: &Person<'_>) -> String {
    let made = person.request("POST", "/api/v1/analyze").form(&Form::file("a,b\n1,2\n")).send().expect(201);
    made.json()["id"].as_str().unwrap().to_owned()
}

pub fn reports(person: &Person<'_>) -> usize {
    person.get("/api/v1/reports?limit=200").send().expect(200).json()["items"].as_array().unwrap().len()
}

/// Runs a statement as the seam would, for a scope, as one on product data.
fn batch(app: &App, scope: &str, statement: &str) -> String {
    let call = format!(
        "select insula_batch_3('{scope}', array[$t${statement}$t$], '{{}}', array[0], array[1])::text"
    );
    app.db().rows(&call).remove(0).remove(0)
}

#[test]
fn what_a_new_tenant_makes_is_in_its_own_schema_and_nowhere_else_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let id = analyzed(&ada);

    let hers = schema(&ada.tenant_id);
    assert_eq!(app.db().rows(&format!("select id from {hers}.report")), [[id.clone()]]);
    assert_eq!(app.db().number("select count(*) from public.report"), 0);
    assert_eq!(app.db().number(&format!("select count(*) from {}.report", schema(&bob.tenant_id))), 0);
    let _ = ada.get(&format!("/api/v1/reports/{id}")).send().expect(200);
    bob.get(&format!("/api/v1/reports/{id}")).send().problem(404, "not-found");
    let made = ada.post("/api/v1/tenants", &json!({ "name": "second" })).send().expect(201).json();
    assert_eq!(made["isolation"], "schema");
    assert!(app.db().own_tables().contains_key(&format!("{}.report", schema(made["id"].as_str().unwrap()))));
    let shared = json!({ "name": "third", "isolation": "shared" });
    let made = ada.post("/api/v1/tenants", &shared).send().expect(201).json();
    assert_eq!(made["isolation"], "shared");
    let theirs = schema(made["id"].as_str().unwrap());
    assert_eq!(app.db().number(&format!("select count(*) from pg_roles where rolname = '{theirs}'")), 0);
}

#[test]
fn a_statement_on_product_data_tells_no_log_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let ada = app.person("ada");
    let entries = || app.db().number("select count(*) from audit_entry");
    let before = entries();
    for log in [ada.tenant_id.as_str(), "platform"] {
        let tell = format!("select public.insula_audit_append('{log}', '{{}}', 'x', null, 0) as seq");
        assert_eq!(batch(&app, &ada.tenant_id, &tell), r#"{"failed" : "42501"}"#);
    }
    assert_eq!(entries(), before);
}

#[test]
fn the_role_of_a_tenant_reaches_its_own_tables_and_nothing_else_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let (hers, his) = (schema(&ada.tenant_id), schema(&bob.tenant_id));
    let rights = format!(
        "select concat_ws(' ', rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication, rolcanlogin, rolinherit)
         from pg_roles where rolname = '{hers}'"
    );
    assert_eq!(app.db().rows(&rights), [["f f f f f f f"]]);
    let member = format!(
        "select count(*) from pg_auth_members where roleid = '{hers}'::regrole or member = '{hers}'::regrole"
    );
    assert_eq!(app.db().number(&member), 0, "nobody is a member of it, and it is of nothing");
    let owned = format!("select count(*) from pg_class where relowner = '{hers}'::regrole");
    assert_eq!(app.db().number(&owned), 0, "it owns no table");
    for table in app.db().tables().keys().chain(app.db().own_tables().keys()) {
        let own = table.starts_with(&format!("{hers}."));
        for right in ["select", "insert", "update", "delete", "truncate", "trigger", "references"] {
            let may = format!("select has_table_privilege('{hers}', '{table}', '{right}')::int");
            let dml = ["select", "insert", "update", "delete"].contains(&right);
            let log = table == "schema_migration" && right == "select";
            assert_eq!(app.db().number(&may) == 1, own && dml || log, "{right} on {table}");
            // Nor does the role that serves reach a tenant's tables by itself.
            let serves = format!("select has_table_privilege('{RUNTIME}', '{table}', '{right}')::int");
            assert!(!table.contains('.') || app.db().number(&serves) == 0, "{right} on {table}");
        }
    }
    let enters = |role: &str, right: &str, schema: &str| {
        app.db().number(&format!("select has_schema_privilege('{role}', '{schema}', '{right}')::int")) == 1
    };
    assert!(enters(&hers, "usage", &hers) && !enters(&hers, "create", &hers));
    assert!(!enters(&hers, "usage", &his) && !enters(&hers, "create", "public"));
}

#[test]
fn every_table_of_a_schema_is_bound_and_is_as_the_shared_one_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let ada = app.person("ada");
    let (hers, shared) = (schema(&ada.tenant_id), app.db().tables());
    let own = app.db().own_tables();
    assert!(!own.is_empty());
    for (table, columns) in &own {
        let name = table.strip_prefix(&format!("{hers}.")).unwrap();
        assert_eq!(Some(columns), shared.get(name), "one statement is for both");
        let bound = format!(
            "select relrowsecurity::text, relforcerowsecurity::text,
               (select count(*) from pg_policies p where p.tablename = relname and p.schemaname = '{hers}'),
               (select count(*) from pg_constraint k where k.conrelid = c.oid and k.conname = 'of_tenant')
             from pg_class c where oid = '{table}'::regclass"
        );
        assert_eq!(app.db().rows(&bound), [["true", "true", "1", "1"]], "{table}");
        let types = |table: &str| {
            app.db().rows(&format!(
                "select attname, atttypid::regtype::text, attnotnull::text from pg_attribute
                 where attrelid = '{table}'::regclass and attnum > 0 order by attnum"
            ))
        };
        assert_eq!(types(table), types(&format!("public.{name}")), "{table}");
    }
}

#[test]
fn raw_sql_reaches_no_schema_without_its_scope_and_none_for_a_foreign_one_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let _ = analyzed(&ada);
    let (hers, his) = (schema(&ada.tenant_id), schema(&bob.tenant_id));
    let run = |statement: &str| format!("select {hers}.{hers}($t${statement}$t$, '{{}}')");
    let attacks = [
        format!("select count(*) from {hers}.report"),
        format!("insert into {hers}.report select * from {hers}.report"),
        format!("delete from {hers}.report"),
        run("select * from report"),
        run("delete from report returning id"),
        format!("select {his}.{his}($t$select * from {hers}.report$t$, '{{}}')"),
    ];
    for scope in
        [None, Some(bob.tenant_id.as_str()), Some(&bob.user_id), Some("system"), Some("operator"), Some("")]
    {
        for attack in &attacks {
            let told = as_runtime(&app, scope, &[attack]).expect_err(attack);
            assert!(
                told.contains("permission denied") || told.contains("not of this tenant"),
                "{attack}: {told}"
            );
        }
        for (what, role) in [("set role", &hers), ("set session authorization", &hers)] {
            let _ = as_runtime(&app, scope, &[&format!("{what} {role}")]);
        }
    }
    // All that act as the owner of the tables; what acts as a keeper has a list of its own.
    let functions = app.db().rows(
        "select proname, array_to_string(array(select case format_type(t, null) when 'text' then quote_literal('shared') else '0' end
           from unnest(proargtypes[1:]) t), ', ')
         from pg_proc
         where pronamespace = 'public'::regnamespace and prosecdef and proowner = (
           select relowner from pg_class where oid = 'tenant'::regclass)",
    );
    assert!(functions.len() >= 6, "{functions:?}");
    for function in functions {
        let [name, more] = &function[..] else { panic!("{function:?}") };
        let separator = if more.is_empty() { "" } else { ", " };
        let attack = format!("select {name}('{}'{separator}{more})", ada.tenant_id);
        for scope in [None, Some(bob.tenant_id.as_str()), Some(&bob.user_id), Some("")] {
            let told = as_runtime(&app, scope, &[&attack]).expect_err(&attack);
            assert!(told.contains("not of this tenant"), "{attack}: {told}");
        }
    }
    // Not by a batch of another tenant either, and what enters as the tenant leaves it for nobody else.
    assert!(batch(&app, &bob.tenant_id, &format!("select * from {hers}.report")).contains("42501"));
    for escape in [
        "select * from public.tenant",
        "select * from public.api_key",
        "select set_config('role', 'none', true) as was",
        &format!("select set_config('role', '{RUNTIME}', true) as was"),
    ] {
        assert!(batch(&app, &ada.tenant_id, escape).contains("failed"), "{escape}");
    }
    let other = format!(
        "select set_config('insula.scope', '{}', true) as set, (select count(*) from report) as seen",
        bob.tenant_id
    );
    assert!(!batch(&app, &ada.tenant_id, &other).contains("\"seen\":1"));
    assert_eq!(reports(&ada), 1);
}

#[test]
fn a_row_of_another_tenant_fits_into_no_schema_and_a_schemas_tenant_has_none_in_the_shared_table_on_postgresql()
 {
    only_on_postgresql();
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let insert = |id: &str| {
        format!("insert into report values ('x', '{id}', 'c', null, null, 1, 1, 1, 'b', 0) returning id")
    };
    let told = batch(&app, &ada.tenant_id, &insert(&bob.tenant_id));
    assert!(told.contains("23514") || told.contains("42501"), "{told}");
    // As a statement that forgot to say that it speaks of product data, and as an older release.
    for call in [
        "insula_batch_3('{scope}', array[$t${text}$t$], '{}', array[1], array[0])",
        "insula_batch('{scope}', array[$t${text}$t$], '{}', array[1])",
    ] {
        let call = call.replace("{scope}", &ada.tenant_id).replace("{text}", &insert(&ada.tenant_id));
        assert!(app.db().rows(&format!("select {call}::text"))[0][0].contains("IN005"));
    }
    assert_eq!(app.db().number(&format!("select count(*) from {}", app.db().product("report"))), 0);
}
