//! Raw SQL as the role that serves: no table of the catalogue shows a foreign row or takes one.

use insula_tests::support::{App, Form, Person, only_on_postgresql};
use serde_json::json;

use super::{as_runtime, tables};

/// A tenant with a row in every shared table of tenants' rows.
fn tenant<'a>(app: &'a App, name: &str) -> Person<'a> {
    let owner = app.person(name);
    let shared = json!({ "isolation": "shared" });
    let _ = owner
        .request("PATCH", &format!("/api/v1/tenants/{}", owner.tenant_id))
        .json(&shared)
        .send()
        .expect(200);
    let key = owner.key(&["read", "analyze"]);
    let _ = key.request("POST", "/api/v1/analyze").form(&Form::file("a,b\n1,2\n")).send().expect(201);
    let id = &owner.tenant_id;
    let invited = json!({ "email": format!("of-{name}@example.com"), "role": "viewer" });
    let _ = owner.post(&format!("/api/v1/tenants/{id}/invitations"), &invited).send().expect(201);
    app.db().execute(&format!(
        "insert into tenant_limit (tenant_id, subject, own_calls, own_window_ms, own_burst, own_role, version)
         values ('{id}', 'x', 1, 1000, 1, 'admin', 1);
         insert into tenant_key values ('{id}', '', '', 0);
         insert into tenant_database values ('{id}', '', '', 0, 0, 0, 0);
         insert into product_intent (id, tenant_id, sealed, created_at_ms) values ('{id}', '{id}', '', 0);
         insert into product_arrival values ('{id}', 0, '', '');
         insert into audit_node values ('{id}', 0, 0, '');
         insert into audit_checkpoint values ('{id}', 1, '', '', 0)"
    ));
    owner
}

#[test]
fn without_a_scope_no_table_shows_a_row_and_for_a_foreign_one_none_of_anothers_on_postgresql() {
    only_on_postgresql();
    let app = App::start().without_limits();
    let (ada, bob) = (tenant(&app, "ada"), tenant(&app, "bob"));
    for (table, column) in tables(app.db()) {
        let all = format!("select count(*) from {table}");
        let adas = format!("{all} where {column} = '{}'", ada.tenant_id);
        let there = app.db().number(&adas);
        assert!(there > 0, "{table} has no row of hers: extend the tenant of this test");

        assert_eq!(
            as_runtime(&app, None, &[&all]).unwrap(),
            if table == "audit_head" { "1" } else { "0" },
            "{table}"
        );
        assert_eq!(as_runtime(&app, None, &[&adas]).unwrap(), "0", "{table}");
        for foreign in
            [&bob.tenant_id, &bob.user_id, "", "ten_", "%", "platform", "ten_01h455vb4pex5vsknk084sn02q"]
        {
            assert_eq!(as_runtime(&app, Some(foreign), &[&adas]).unwrap(), "0", "{table} for {foreign}");
        }
        let own = as_runtime(&app, Some(&ada.tenant_id), &[&adas]).unwrap();
        assert_eq!(own, there.to_string(), "{table}");
    }
}

#[test]
fn no_table_takes_a_foreign_write_on_postgresql() {
    only_on_postgresql();
    let app = App::start().without_limits();
    let (ada, bob) = (tenant(&app, "ada"), tenant(&app, "bob"));
    let (hers, his) = (&ada.tenant_id, &bob.tenant_id);
    for (table, column) in tables(app.db()) {
        // Her rows, where anybody can read them, so that only the table itself refuses them.
        app.db().execute(&format!(
            "create table copied as select * from {table} where {column} = '{hers}'; grant select on copied to public"
        ));
        let before = app.db().rows(&format!("select t::text from {table} t order by 1"));
        for scope in [None, Some(his.as_str()), Some(bob.user_id.as_str())] {
            let inserted = as_runtime(&app, scope, &[&format!("insert into {table} select * from copied")]);
            let why = inserted.expect_err(&format!("{table} took rows for {scope:?}"));
            // To a log only the function appends.
            let is_log = ["audit_entry", "audit_head"].contains(&table.as_str());
            let refusal = if is_log { "permission denied" } else { "row-level security" };
            assert!(why.contains(refusal), "{table}: {why}");
            for write in [
                format!("update {table} set {column} = {column} where {column} = '{hers}'"),
                format!("delete from {table} where {column} = '{hers}'"),
            ] {
                match as_runtime(&app, scope, &[&write]) {
                    Ok(changed) => assert_eq!(changed, "0", "{write} for {scope:?}"),
                    Err(why) => assert!(
                        why.contains("permission denied") || why.contains("only appended to"),
                        "{why}"
                    ),
                }
            }
        }
        // Nor does a row of his become hers.
        let moved = format!("update {table} set {column} = '{hers}' where {column} = '{his}'");
        assert!(as_runtime(&app, Some(his), &[&moved]).is_err(), "{moved}");
        app.db().execute("drop table copied");
        assert_eq!(app.db().rows(&format!("select t::text from {table} t order by 1")), before, "{table}");
    }
}

/// A bucket names its tenant by what its id begins with, so it stands here by itself.
#[test]
fn no_bucket_is_seen_emptied_or_filled_for_another_tenant_on_postgresql() {
    only_on_postgresql();
    let app = App::start().without_limits();
    let (ada, bob) = (tenant(&app, "ada"), tenant(&app, "bob"));
    let (hers, his) = (&ada.tenant_id, &bob.tenant_id);
    let of = |id: &str| format!("id = '{id}' or id like '{id}:%' or id like '{id}/%'");
    let adas = of(hers);
    let count = format!("select count(*) from bucket where {adas}");
    // Of programs, of a person, and of an endpoint.
    app.db().execute(&format!(
        "insert into bucket (id, level, level_at_ms) values ('{hers}/analyze:1', 1, 0) on conflict do nothing"
    ));
    let there = app.db().number(&count);
    assert!(there >= 3, "only {there} buckets are hers");
    for scope in [None, Some(his.as_str()), Some(bob.user_id.as_str()), Some("ten_"), Some("%")] {
        assert_eq!(as_runtime(&app, scope, &[&count]).unwrap(), "0", "{scope:?}");
        for write in
            [format!("update bucket set level = 0 where {adas}"), format!("delete from bucket where {adas}")]
        {
            match as_runtime(&app, scope, &[&write]) {
                Ok(changed) => assert_eq!(changed, "0", "{write} for {scope:?}"),
                Err(why) => assert!(why.contains("permission denied"), "{write} for {scope:?}: {why}"),
            }
        }
        for write in [
            format!("insert into bucket (id, level, level_at_ms) values ('{hers}/fix:1', 1, 0)"),
            format!("insert into bucket (id, level, level_at_ms) values ('{hers}:{}', 1, 0)", bob.user_id),
        ] {
            let why = as_runtime(&app, scope, &[&write]).expect_err(&format!("{write} for {scope:?}"));
            assert!(
                why.contains("row-level security") || why.contains("permission denied"),
                "{write}: {why}"
            );
        }
    }
    // Nor does a bucket of his become hers.
    let moved = format!("update bucket set id = '{hers}/fix:1' where {}", of(his));
    assert!(as_runtime(&app, Some(his), &[&moved]).is_err(), "{moved}");
    assert_eq!(as_runtime(&app, Some(hers), &[&count]).unwrap(), there.to_string());
}

/// Protects a log from being told lies by whoever is in another tenant, and from being read by it.
#[test]
fn only_the_system_its_tenant_and_its_members_tell_a_log_on_postgresql() {
    only_on_postgresql();
    let app = App::start().without_limits();
    let (ada, bob) = (tenant(&app, "ada"), tenant(&app, "bob"));
    let tell = |log: &str| format!("select insula_audit_append('{log}', '{{}}', 'x', null, 0)");
    let hers = tell(&ada.tenant_id);
    for scope in [ada.tenant_id.as_str(), &ada.user_id, "system", "operator"] {
        let told = as_runtime(&app, Some(scope), &[&hers]);
        assert!(told.is_ok(), "{scope}: {told:?}");
        assert!(as_runtime(&app, Some(scope), &[&tell("platform")]).is_ok(), "{scope}");
    }
    for scope in [None, Some(bob.tenant_id.as_str()), Some(bob.user_id.as_str())] {
        let told = as_runtime(&app, scope, &[&hers]);
        assert!(told.is_err_and(|why| why.contains("row-level security")), "{scope:?}");
    }
    let read = "select count(*) from audit_entry where tenant_id = 'platform'";
    assert_eq!(as_runtime(&app, Some(&ada.tenant_id), &[read]).unwrap(), "0");
}
