//! What databases need afterwards: steps, diagnostics, an end.

use std::time::Duration;

use insula_tests::support::{App, Second, at_once, eight_at_once, only_on_postgresql};
use serde_json::{Value, json};

use super::super::schemas::analyzed;
use super::{give, listed, tick};

#[test]
fn a_removed_tenant_leaves_nothing_in_its_database_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let ada = app.person("ada");
    let own = Second::create();
    own.execute("create table of_somebody_else (x int)");
    let _ = give(&app, &ada.tenant_id, &own.address).expect(200);
    let _ = analyzed(&ada);
    let path = format!("/api/v1/tenants/{}", ada.tenant_id);
    let _ = ada.request("DELETE", &path).send().expect(202);
    own.open(false);
    app.advance(Duration::from_secs(301));
    let _ = tick(&app);
    let state = || app.operator().get(&path).send().expect(200).json()["state"].clone();
    assert_eq!(state(), "deprovisioning", "it is tried again");
    own.open(true);
    let _ = tick(&app);
    assert_eq!(state(), "deprovisioning", "not before its time");
    app.advance(Duration::from_secs(61));
    let _ = tick(&app);
    assert_eq!(state(), "deleted");
    assert_eq!(own.number("select count(*) from pg_namespace where nspname = 'insula'"), 0);
    assert_eq!(own.number("select count(*) from pg_class where relname = 'of_somebody_else'"), 1);
    let left = "select (select count(*) from tenant_database) + (select count(*) from product_intent) + (select count(*) from tenant_key)";
    assert_eq!(app.db().number(left), 0);
}

#[test]
fn a_database_that_is_away_for_a_week_keeps_no_tenant_from_its_end_and_the_log_says_so_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let own = Second::create();
    let _ = give(&app, &ada.tenant_id, &own.address).expect(200);
    own.open(false);
    let _ = analyzed(&ada);
    let path = format!("/api/v1/tenants/{}", ada.tenant_id);
    for person in [&ada, &bob] {
        let _ = person.request("DELETE", &format!("/api/v1/tenants/{}", person.tenant_id)).send().expect(202);
    }
    app.advance(Duration::from_secs(301));
    let _ = tick(&app);
    let state = |id: &str| {
        app.operator().get(&format!("/api/v1/tenants/{id}")).send().expect(200).json()["state"].clone()
    };
    assert_eq!(
        (state(&ada.tenant_id), state(&bob.tenant_id)),
        (json!("deprovisioning"), json!("deleted")),
        "it is in nobody's way"
    );
    app.advance(Duration::from_secs(7 * 86_400));
    for _ in 2..5 {
        let _ = tick(&app);
        assert_eq!(state(&ada.tenant_id), "deprovisioning", "a week in which nobody tried");
        app.advance(Duration::from_secs(3_900));
    }
    let _ = tick(&app);
    assert_eq!(state(&ada.tenant_id), "deleted");
    let log = app.operator().get(&format!("{path}/audit-log")).send().expect(200).json().to_string();
    assert!(log.contains("tenant.database_left") && log.contains("tenant.deleted"), "{log}");
}

/// Protects a tenant's data from being forgotten, or left behind in time, because its address led elsewhere for a while.
#[test]
fn a_database_in_the_place_of_the_tenants_is_neither_brought_up_to_date_nor_taken_for_it_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let ada = app.person("ada");
    let own = Second::create();
    let _ = give(&app, &ada.tenant_id, &own.address).expect(200);
    let made = analyzed(&ada);
    let make = insula_migrations::own_database(&ada.tenant_id);
    let astray = format!("alter schema insula rename to before; {make}");
    let back = "drop schema insula cascade; alter schema before rename to insula";

    own.owner().execute(&astray);
    app.db().execute("update tenant_database set step = 0");
    ada.get("/api/v1/reports").send().problem(503, "unavailable");
    let _ = app.operator().request("POST", "/internal/migrate").send().expect(200);
    assert_eq!(app.db().number("select step from tenant_database"), 0);
    own.execute(back);
    assert_eq!(listed(&ada), [made]);
    assert!(app.db().number("select step from tenant_database") > 0);

    own.owner().execute(&astray);
    let path = format!("/api/v1/tenants/{}", ada.tenant_id);
    let _ = ada.request("DELETE", &path).send().expect(202);
    app.advance(Duration::from_secs(301));
    let _ = tick(&app);
    let state = || app.operator().get(&path).send().expect(200).json()["state"].clone();
    assert_eq!(state(), "deprovisioning");
    own.execute(back);
    app.advance(Duration::from_secs(3_900));
    let _ = tick(&app);
    assert_eq!(state(), "deleted");
    assert_eq!(own.number("select count(*) from pg_namespace where nspname = 'insula'"), 0);
}

#[test]
fn databases_are_brought_up_to_date_by_the_migration_or_by_their_tenants_call_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let owns = [Second::create(), Second::create()];
    for (person, own) in [&ada, &bob].into_iter().zip(&owns) {
        let _ = give(&app, &person.tenant_id, &own.address).expect(200);
    }
    let newest = i64::from(insula_migrations::newest_of_tenants());
    // As a release left them that had no step yet.
    let age = || {
        app.db().execute("update tenant_database set step = 0");
        for own in &owns {
            own.execute("drop table insula.report; update insula.home set step = 0");
        }
    };
    let migrate = || app.operator().request("POST", "/internal/migrate").send().expect(200).json();
    age();
    owns[1].open(false);
    let ran = migrate();
    assert_eq!((&ran["tenants_migrated"], &ran["tenants_left"]), (&json!(1), &json!(1)));
    owns[1].open(true);
    let ran = migrate();
    assert_eq!((&ran["tenants_migrated"], &ran["tenants_left"]), (&json!(1), &json!(0)));
    age();
    let ids = eight_at_once(|number| analyzed(if number % 2 == 0 { &ada } else { &bob }));
    assert_eq!(app.db().number("select min(step) from tenant_database"), newest);
    assert_eq!(listed(&ada).len() + listed(&bob).len(), ids.len());
    assert_eq!(owns[0].number("select step from insula.home"), newest);
}

#[test]
fn diagnostics_and_the_checklist_look_where_the_data_is_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let ada = app.person("ada");
    let own = Second::create();
    let _ = give(&app, &ada.tenant_id, &own.address).expect(200);
    let _ = analyzed(&ada);
    let path = format!("/api/v1/tenants/{}", ada.tenant_id);
    let found = app.operator().get(&format!("{path}/diagnostics")).send().expect(200).json();
    let problems: Vec<_> = found
        .as_object()
        .unwrap()
        .values()
        .filter_map(Value::as_array)
        .flatten()
        .filter(|check| check["outcome"] == "problem")
        .collect();
    assert!(problems.is_empty(), "{problems:?}");
    let steps = ada.get(&format!("{path}/onboarding")).send().expect(200).json();
    let done = |name: &str| {
        steps["steps"].as_array().unwrap().iter().find(|step| step["step"] == name).unwrap()["done"].clone()
    };
    assert_eq!(done("isolation_verified"), true, "{steps}");
}

/// Protects everybody else: what hangs in one tenant's database must not be what every tick begins with.
#[test]
fn a_database_whose_tables_are_held_stops_no_tick_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let own = Second::create();
    let _ = give(&app, &ada.tenant_id, &own.address).expect(200);
    let _ = analyzed(&ada);
    let path = |tenant_id: &str| format!("/api/v1/tenants/{tenant_id}");
    for person in [&ada, &bob] {
        let _ = person.request("DELETE", &path(&person.tenant_id)).send().expect(202);
    }
    app.advance(Duration::from_secs(301));
    let state = |id: &str| app.operator().get(&path(id)).send().expect(200).json()["state"].clone();
    // As who reads it and goes to lunch.
    insula_tests::support::block_on(async {
        let (client, connection) =
            tokio_postgres::connect(&own.address, tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        client.batch_execute("begin; select count(*) from insula.report").await.unwrap();
        let _ = at_once(1, |_| tick(&app));
        client.batch_execute("rollback").await.unwrap();
    });
    assert_eq!(
        (state(&ada.tenant_id), state(&bob.tenant_id)),
        (json!("deprovisioning"), json!("deleted")),
        "the others' end does not wait for it"
    );
    app.advance(Duration::from_secs(61));
    let _ = tick(&app);
    assert_eq!(state(&ada.tenant_id), "deleted");
}

/// Protects what a tenant has in a database that a release does not know: it must not be forgotten with the tenant.
#[test]
fn a_release_that_knows_of_no_databases_ends_no_tenant_that_has_one_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let ada = app.person("ada");
    let own = Second::create();
    let _ = give(&app, &ada.tenant_id, &own.address).expect(200);
    let end = format!("update tenant set state = 'deleted' where id = '{}'", ada.tenant_id);
    let refusal = app.db().refusal(&end).unwrap();
    assert!(refusal.contains("database of its own"), "{refusal}");
}
