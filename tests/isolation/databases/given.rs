//! Who gives a tenant a database, and which one.

use insula_tests::support::{App, Database, Second, eight_at_once, only_on_postgresql, server_address};
use serde_json::json;

use super::super::schemas::{analyzed, schema};
use super::{change, give, listed, stored, waiting};

#[test]
fn what_a_tenant_makes_is_in_its_own_database_and_nowhere_else_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let own = Second::create();
    let given = give(&app, &ada.tenant_id, &own.address).expect(200).json();
    assert_eq!((&given["isolation"], &given["state"]), (&json!("database"), &json!("active")));

    let id = analyzed(&ada);
    let other = analyzed(&bob);

    assert_eq!(own.rows("select id, tenant_id from insula.report"), [[id.clone(), ada.tenant_id.clone()]]);
    assert_eq!(app.db().rows(&format!("select id from {}", app.db().product("report"))), [[other.clone()]]);
    assert!(
        app.db().rows("select nspname from pg_namespace where nspname like 't\\_%'").concat()
            == [schema(&bob.tenant_id)]
    );
    assert_eq!((waiting(&app), listed(&ada)), (0, vec![id.clone()]));
    let report = ada.get(&format!("/api/v1/reports/{id}")).send().expect(200).json();
    assert_eq!(report["id"], id);
    bob.get(&format!("/api/v1/reports/{id}")).send().problem(404, "not-found");
    ada.get(&format!("/api/v1/reports/{other}")).send().problem(404, "not-found");
    let used = ada.get("/api/v1/usage").send().expect(200).json();
    assert_eq!(used["metrics"]["rows_analyzed"]["current"], 1);
    let noted = format!(
        "select count(*) from audit_entry where tenant_id = '{}' and action in ('report.created', 'report.read', 'report.listed')",
        ada.tenant_id
    );
    assert_eq!(app.db().number(&noted), 3);
    assert_eq!(listed(&bob), [other]);
}

#[test]
fn only_the_operator_gives_a_database_and_says_where_it_is_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let ada = app.person("ada");
    let own = Second::create();
    let before = app.db().dump();
    let path = format!("/api/v1/tenants/{}", ada.tenant_id);
    for body in [
        json!({ "isolation": "database", "database_url": own.address }),
        json!({ "isolation": "database" }),
        json!({ "database_url": own.address }),
    ] {
        ada.request("PATCH", &path).json(&body).send().problem(403, "forbidden");
    }
    let new = json!({ "name": "another", "isolation": "database" });
    ada.post("/api/v1/tenants", &new).send().invalid("/isolation", "unknown");
    let new = json!({ "name": "another", "isolation": "database", "database_url": own.address });
    ada.post("/api/v1/tenants", &new).send().problem(422, "invalid");
    change(&app, &ada.tenant_id, &json!({ "isolation": "database" })).invalid("/database_url", "required");
    let elsewhere = json!({ "database_url": own.address });
    change(&app, &ada.tenant_id, &elsewhere).invalid("/database_url", "unknown");
    assert_eq!(app.db().dump(), before);
    assert_eq!(own.number("select count(*) from pg_namespace where nspname = 'insula'"), 0);
    let _ = analyzed(&ada);
}

#[test]
fn an_address_on_sqlite_is_refused_by_name() {
    let app = App::start();
    let ada = app.person("ada");
    if app.db().isolation() == "shared" {
        let answer = give(&app, &ada.tenant_id, "postgres://ada@localhost/of_ada");
        answer.invalid("/isolation", "unknown");
    }
    let body = json!({ "database_url": "postgres://ada@localhost/of_ada" });
    change(&app, &ada.tenant_id, &body).invalid("/database_url", "unknown");
}

/// Protects the platform and the other tenants from an address that leads to what is theirs, or anywhere else.
#[test]
fn an_address_that_leads_elsewhere_is_refused_and_changes_nothing_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let (of_bob, strange) = (Second::create(), Second::create());
    let _ = give(&app, &bob.tenant_id, &of_bob.address).expect(200);
    let theirs = analyzed(&bob);
    strange.owner().execute("create schema insula; create table insula.of_somebody (x int)");
    let Database::Postgres(platform) = app.db() else { unreachable!() };
    let another = |host: &str, name: &str| {
        let (head, _) = of_bob.address.rsplit_once('/').unwrap();
        let (user, place) = head.split_once('@').unwrap();
        let (_, port) = place.rsplit_once(':').unwrap();
        format!("{user}@{host}:{port}/{name}")
    };
    let before = app.db().dump();
    for (address, code) in [
        (platform.clone(), "taken"),
        (of_bob.address.clone(), "taken"),
        (strange.address.clone(), "taken"),
        (another("127.0.0.1", "is_not_there"), "unreachable"),
        (another("127.0.0.2", of_bob.name()), "unreachable"),
        ("postgres://postgres@127.0.0.1:9/x".to_owned(), "unreachable"),
        (format!("{}?options=-csearch_path%3Dpublic", of_bob.address), "format"),
        (format!("postgres://postgres@localhost,127.0.0.2:5432/{}", of_bob.name()), "format"),
        ("postgres://postgres@192.0.2.1:5432/x".to_owned(), "plain"),
    ] {
        give(&app, &ada.tenant_id, &address).invalid("/database_url", code);
    }
    assert_eq!(app.db().dump(), before);
    assert_eq!(stored(&of_bob), [theirs]);
    assert_eq!(
        strange.rows("select relname from pg_class where relnamespace = 'insula'::regnamespace"),
        [["of_somebody"]]
    );
    let _ = analyzed(&ada);
}

#[test]
fn another_address_is_taken_only_if_it_leads_to_the_same_database_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let ada = app.person("ada");
    let (own, empty) = (Second::create(), Second::create());
    let _ = give(&app, &ada.tenant_id, &own.address).expect(200);
    let made = analyzed(&ada);
    change(&app, &ada.tenant_id, &json!({ "database_url": empty.address })).invalid("/database_url", "other");
    // Nor is one that was made for the same tenant, and has nothing of what it has.
    let second = Second::create();
    second.execute(&insula_migrations::own_database(&ada.tenant_id));
    change(&app, &ada.tenant_id, &json!({ "database_url": second.address }))
        .invalid("/database_url", "other");
    let (_, rest) = own.address.split_once('@').unwrap();
    let renewed = json!({ "database_url": format!("postgres://postgres:renewed@{rest}") });
    let _ = change(&app, &ada.tenant_id, &renewed).expect(200);
    assert_eq!(listed(&ada), [made]);
    assert_eq!(empty.number("select count(*) from pg_namespace where nspname = 'insula'"), 0);
}

/// Protects what a tenant has from being in two places: of those that give it a database at once, one does.
#[test]
fn of_many_databases_that_a_tenant_is_given_at_once_it_gets_one_on_postgresql() {
    only_on_postgresql();
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let made = analyzed(&ada);
    let owns: Vec<_> = (0..4).map(|_| Second::create()).collect();
    let statuses = eight_at_once(|number| give(&app, &ada.tenant_id, &owns[number / 2].address).status);
    assert!(statuses.iter().all(|status| [200, 422, 503].contains(status)), "{statuses:?}");
    assert!(statuses.contains(&200), "{statuses:?}");
    let later = analyzed(&ada);
    let mut all = vec![made, later];
    all.sort();
    assert_eq!(listed(&ada), all);
    let has = |own: &&Second| own.number("select count(*) from insula.report") > 0;
    let holding: Vec<_> = owns.iter().filter(has).collect();
    assert_eq!(holding.len(), 1);
    assert_eq!(stored(holding[0]), all);
}

#[test]
fn a_tenant_of_a_region_with_a_server_gets_a_database_there_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let ada = app.person("ada");
    let made = analyzed(&ada);
    let server = server_address().unwrap();
    let with_servers = app.beside(|settings| {
        let servers = json!({ "of-this-test": server }).to_string();
        settings.variables.insert("tenant_database_servers".to_owned(), servers);
    });
    let own = Second::named(&schema(&ada.tenant_id));
    let body = json!({ "isolation": "database" });
    change(&with_servers, &ada.tenant_id, &body).invalid("/database_url", "required");
    let elsewhere = json!({ "isolation": "database", "region": "another" });
    change(&with_servers, &ada.tenant_id, &elsewhere).invalid("/database_url", "required");
    let there = json!({ "isolation": "database", "region": "of-this-test" });
    change(&app, &ada.tenant_id, &there).invalid("/database_url", "required");
    ada.request("PATCH", &format!("/api/v1/tenants/{}", ada.tenant_id))
        .json(&there)
        .send()
        .problem(403, "forbidden");

    let statuses = eight_at_once(|_| change(&with_servers, &ada.tenant_id, &there).status);

    assert!(
        statuses.iter().all(|status| [200, 503].contains(status)) && statuses.contains(&200),
        "{statuses:?}"
    );
    let later = analyzed(&ada);
    let mut all = vec![made, later];
    all.sort();
    assert_eq!((listed(&ada), stored(&own)), (all.clone(), all));
    // Where the data are is said anew by whoever says where the database is, and by nobody else.
    for region in [json!("another"), json!(null)] {
        let body = json!({ "region": region });
        let path = format!("/api/v1/tenants/{}", ada.tenant_id);
        ada.request("PATCH", &path).json(&body).send().invalid("/region", "other");
        change(&with_servers, &ada.tenant_id, &body).invalid("/region", "other");
    }
    let _ = change(&app, &ada.tenant_id, &json!({ "region": "of-this-test", "name": "ada" })).expect(200);
    let moved = json!({ "region": "another", "database_url": own.address });
    assert_eq!(change(&app, &ada.tenant_id, &moved).expect(200).json()["region"], "another");
    let home = json!({ "region": "of-this-test", "isolation": "shared" });
    assert_eq!(change(&app, &ada.tenant_id, &home).expect(200).json()["region"], "of-this-test");
    let unreadable = app.beside(|settings| {
        settings.variables.insert("tenant_database_servers".to_owned(), "{\"x\": \"s3cret\"}".to_owned());
    });
    let bob = app.person("bob");
    change(&unreadable, &bob.tenant_id, &there).problem(500, "internal");
    assert!(unreadable.log().iter().all(|line| !line.contains("s3cret")));
    assert!(unreadable.log().iter().any(|line| line.contains("tenant_database_servers")));
}
