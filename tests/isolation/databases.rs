//! A tenant's product data in a database of its own: it is there and nowhere else, and nothing of it is lost on its way.

use insula_tests::support::{Answer, App, Person, Second, at_once, eight_at_once, only_on_postgresql};
use serde_json::{Value, json};

use super::schemas::{analyzed, schema};

/// Has the operator give a tenant a database.
fn give(app: &App, tenant_id: &str, address: &str) -> Answer {
    let body = json!({ "isolation": "database", "database_url": address });
    change(app, tenant_id, &body)
}

fn change(app: &App, tenant_id: &str, body: &Value) -> Answer {
    app.operator().request("PATCH", &format!("/api/v1/tenants/{tenant_id}")).json(body).send()
}

/// The ids of the reports that a person is shown, sorted.
fn listed(person: &Person<'_>) -> Vec<String> {
    let page = person.get("/api/v1/reports?limit=200").send().expect(200).json();
    let ids = page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned());
    let mut ids: Vec<_> = ids.collect();
    ids.sort();
    ids
}

/// The ids of the reports in a tenant's own database.
fn stored(own: &Second) -> Vec<String> {
    own.rows("select id from insula.report order by id").concat()
}

fn waiting(app: &App) -> i64 {
    app.db().number("select count(*) from product_intent")
}

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
    strange.execute("create schema insula; create table insula.of_somebody (x int)");
    let insula_tests::support::Database::Postgres(platform) = app.db() else { unreachable!() };
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

/// Protects the password of a tenant's database from everybody who sees answers, the log, or the platform's database.
#[test]
fn the_address_is_in_no_answer_no_log_and_nowhere_in_clear_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let ada = app.person("ada");
    let own = Second::create();
    let secret = "s3cret-of-this-database";
    let (_, rest) = own.address.split_once('@').unwrap();
    let address = format!("postgres://postgres:{secret}@{rest}");
    let mut told = Vec::new();
    told.push(give(&app, &ada.tenant_id, &format!("{address}?options=x")).text());
    told.push(give(&app, &ada.tenant_id, &address.replace(own.name(), "is_not_there")).text());
    told.push(give(&app, &ada.tenant_id, &address).expect(200).text());
    let _ = analyzed(&ada);
    let path = format!("/api/v1/tenants/{}", ada.tenant_id);
    for path in [
        path.clone(),
        format!("{path}/onboarding"),
        format!("{path}/diagnostics"),
        format!("{path}/audit-log"),
    ] {
        told.push(app.operator().get(&path).send().expect(200).text());
    }
    own.open(false);
    for path in ["/api/v1/reports".to_owned(), format!("{path}/onboarding")] {
        told.push(ada.get(&path).send().expect(503).text());
    }
    let found = ada.get(&format!("{path}/diagnostics")).send().expect(200).text();
    assert!(found.contains("own_database") && found.contains("problem"), "{found}");
    told.push(found);
    told.push(app.operator().request("POST", "/internal/tick").send().expect(200).text());
    own.open(true);
    told.extend(app.log());
    told.extend(app.db().dump());
    for text in &told {
        assert!(!text.contains(secret), "{text}");
    }
    // Where the database is and what it is called is not in the log either.
    for line in app.log() {
        assert!(!line.contains(own.name()), "{line}");
    }
    assert!(app.db().dump().iter().any(|line| line.starts_with("tenant_database: ")));
}

#[test]
fn while_the_database_is_down_writes_wait_and_reads_are_told_to_come_back_on_postgresql() {
    only_on_postgresql();
    let app = App::start().without_limits();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let own = Second::create();
    let _ = give(&app, &ada.tenant_id, &own.address).expect(200);
    let mut made = vec![analyzed(&ada)];

    own.open(false);
    for path in ["/api/v1/reports", &format!("/api/v1/reports/{}", made[0])] {
        let answer = ada.get(path).send();
        answer.problem(503, "unavailable");
        assert!(!answer.header("retry-after").is_empty());
    }
    made.push(analyzed(&ada));
    made.push(analyzed(&ada));
    assert_eq!(waiting(&app), 2);
    let clear = "select count(*) from product_intent where sealed like '%insert%' or sealed like '%report%' or sealed like '%{%'";
    assert_eq!(app.db().number(clear), 0, "what waits is sealed");
    let _ = bob.get("/api/v1/reports").send().expect(200);
    let ran = tick(&app);
    assert_eq!(ran["tenant_databases"], json!({ "settled": 0, "postponed": 1 }));
    assert_eq!(
        tick(&app)["tenant_databases"],
        json!({ "settled": 0, "postponed": 0 }),
        "not before its time"
    );

    own.open(true);
    app.advance(std::time::Duration::from_secs(61));
    assert_eq!(tick(&app)["tenant_databases"], json!({ "settled": 1, "postponed": 0 }));
    assert_eq!(waiting(&app), 0);
    made.sort();
    assert_eq!((stored(&own), listed(&ada)), (made.clone(), made));
}

#[test]
fn no_more_waits_than_may_and_what_is_refused_counts_nothing_on_postgresql() {
    only_on_postgresql();
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let own = Second::create();
    let _ = give(&app, &ada.tenant_id, &own.address).expect(200);
    own.open(false);
    let first = analyzed(&ada);
    app.db().execute(
        "insert into product_intent (id, tenant_id, sealed, created_at_ms)
         select 'x' || i, tenant_id, sealed, 0 from product_intent, generate_series(1, 99) i",
    );
    let used = || ada.get("/api/v1/usage").send().json()["metrics"]["rows_analyzed"]["current"].clone();
    let before = used();
    let refused =
        ada.request("POST", "/api/v1/analyze").form(&insula_tests::support::Form::file("a\n1\n")).send();
    refused.problem(503, "unavailable");
    assert_eq!((used(), waiting(&app)), (before, 100));
    app.db().execute("delete from product_intent where id like 'x%'");
    let second = analyzed(&ada);
    own.open(true);
    let mut both = vec![first, second];
    both.sort();
    assert_eq!(listed(&ada), both);
}

/// Protects from losing a report or having it twice: the connection is lost at one moment after another while a report is
/// brought to the tenant's database.
#[test]
fn a_report_whose_way_is_cut_at_any_moment_is_there_once_on_postgresql() {
    only_on_postgresql();
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let own = Second::create();
    let _ = give(&app, &ada.tenant_id, &own.address).expect(200);
    // It waits at its begin and at its end, so that there are moments to be killed in.
    own.execute(
        "create function insula.wait() returns trigger language plpgsql as $$ begin perform pg_sleep(0.04); return null; end $$;
         create trigger before_it before insert on insula.report for each statement execute function insula.wait();
         create trigger after_it after insert on insula.report for each statement execute function insula.wait()",
    );
    let mut made = Vec::new();
    for moment in 0..12_u64 {
        let answers = at_once(2, |role| {
            if role == 0 {
                return Some(analyzed(&ada));
            }
            std::thread::sleep(std::time::Duration::from_millis(moment * 10));
            // Before the batch is stored, it is another test's business; here it is what comes after.
            own.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity
                 where datname = current_database() and pid <> pg_backend_pid() and query like 'select insula.%'",
            );
            None
        });
        made.extend(answers.into_iter().flatten());
    }
    made.sort();
    assert_eq!(made.len(), 12);
    assert_eq!((listed(&ada), stored(&own), waiting(&app)), (made.clone(), made, 0));
}

#[test]
fn what_was_done_and_not_forgotten_is_not_done_again_on_postgresql() {
    only_on_postgresql();
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let own = Second::create();
    let _ = give(&app, &ada.tenant_id, &own.address).expect(200);
    own.open(false);
    let made = analyzed(&ada);
    // As who is killed after it was done there and before it is forgotten here.
    app.db().execute("create table kept as select * from product_intent");
    own.open(true);
    assert_eq!(listed(&ada), [made.clone()]);
    for _ in 0..2 {
        // However long nobody came.
        own.execute("update insula.applied set at = at - interval '30 days'");
        app.db().execute("insert into product_intent select * from kept");
        let seen = eight_at_once(|_| listed(&ada));
        assert!(seen.iter().all(|ids| *ids == [made.clone()]), "{seen:?}");
        assert_eq!((waiting(&app), stored(&own)), (0, vec![made.clone()]));
    }
}

#[test]
fn eight_who_write_at_once_are_all_there_once_and_each_reads_what_it_wrote_on_postgresql() {
    only_on_postgresql();
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let own = Second::create();
    let _ = give(&app, &ada.tenant_id, &own.address).expect(200);
    let made = eight_at_once(|number| {
        let made: Vec<String> = (0..4).map(|_| analyzed(&ada)).collect();
        if number % 2 == 0 {
            let seen = listed(&ada);
            assert!(made.iter().all(|id| seen.contains(id)));
        }
        made
    });
    let mut made = made.concat();
    made.sort();
    assert_eq!(made.len(), 32);
    assert_eq!((listed(&ada), stored(&own), waiting(&app)), (made.clone(), made, 0));
    assert_eq!(own.number("select count(*) from insula.applied"), 32);
}

#[test]
fn product_data_moves_into_the_database_whole_while_it_is_written_on_postgresql() {
    only_on_postgresql();
    for before in ["schema", "shared"] {
        let app = App::start().without_limits();
        let ada = app.person("ada");
        let own = Second::create();
        let _ = change(&app, &ada.tenant_id, &json!({ "isolation": before })).expect(200);
        let mut made = vec![analyzed(&ada)];
        let written = at_once(9, |number| {
            if number > 0 {
                return (0..5).map(|_| analyzed(&ada)).collect::<Vec<_>>();
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
            let _ = give(&app, &ada.tenant_id, &own.address).expect(200);
            Vec::new()
        });
        made.extend(written.concat());
        made.sort();
        assert_eq!(made.len(), 41);
        assert_eq!((listed(&ada), stored(&own)), (made.clone(), made), "{before}");
        let left = app.db().number(&format!("select count(*) from {}", app.db().product("report")));
        assert_eq!((left, waiting(&app), app.db().own_tables().len()), (0, 0, 0));
    }
}

/// Protects what a tenant has from a move that is stopped: at every moment it is where the tenant's row says, or on its way.
#[test]
fn a_move_that_is_killed_at_any_moment_loses_nothing_on_postgresql() {
    only_on_postgresql();
    for moment in 0..8_u64 {
        let app = App::start().without_limits();
        let ada = app.person("ada");
        let own = Second::create();
        let hers = schema(&ada.tenant_id);
        app.db().execute(&format!(
            "insert into {hers}.report select 'rep_' || lpad(i::text, 26, '0'), '{}', 'c', null, null, i, 1, i / 7.0, repeat('x', 3000), i
             from generate_series(1, 2000) i",
            ada.tenant_id
        ));
        let sum = "select count(*), sum(row_count), sum(score), sum(length(body)) from";
        let before = app.db().rows(&format!("{sum} {hers}.report"));
        let _ = at_once(2, |role| {
            if role == 0 {
                let answer = give(&app, &ada.tenant_id, &own.address);
                assert!(matches!(answer.status, 200 | 422 | 500 | 503), "{answer}");
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(40 + moment * 25));
            let kill = "select pg_terminate_backend(pid) from pg_stat_activity
                where datname = current_database() and pid <> pg_backend_pid() and state = 'active'";
            app.db().execute(kill);
            own.execute(kill);
        });
        let _ = give(&app, &ada.tenant_id, &own.address).expect(200);
        assert_eq!(listed(&ada).len(), 200);
        assert_eq!(own.rows(&format!("{sum} insula.report")), before, "{moment}");
        assert_eq!((waiting(&app), app.db().own_tables().len()), (0, 0));
    }
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
    for back in ["schema", "shared"] {
        change(&app, &ada.tenant_id, &json!({ "isolation": back })).invalid("/isolation", "unknown");
    }
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
    let server = insula_tests::support::server_address().unwrap();
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
    let unreadable = app.beside(|settings| {
        settings.variables.insert("tenant_database_servers".to_owned(), "{\"x\": \"s3cret\"}".to_owned());
    });
    let bob = app.person("bob");
    change(&unreadable, &bob.tenant_id, &there).problem(500, "internal");
    assert!(unreadable.log().iter().all(|line| !line.contains("s3cret")));
    assert!(unreadable.log().iter().any(|line| line.contains("tenant_database_servers")));
}

/// Protects tenants from whoever can write the platform's database and exchanges where their data is.
#[test]
fn an_address_or_an_intent_in_another_tenants_place_opens_nothing_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let (hers, his) = (Second::create(), Second::create());
    let _ = give(&app, &ada.tenant_id, &hers.address).expect(200);
    let _ = give(&app, &bob.tenant_id, &his.address).expect(200);
    let of_bob = analyzed(&bob);
    app.db().execute(&format!(
        "create table kept as select * from tenant_database;
         update tenant_database set sealed = (select k.sealed from kept k where k.tenant_id = '{}') where tenant_id = '{}'",
        bob.tenant_id, ada.tenant_id
    ));
    ada.get("/api/v1/reports").send().problem(500, "internal");
    let upload = insula_tests::support::Form::file("a\n1\n");
    ada.request("POST", "/api/v1/analyze").form(&upload).send().problem(500, "internal");
    app.db().execute(
        "update tenant_database d set sealed = k.sealed from kept k where k.tenant_id = d.tenant_id",
    );
    assert_eq!(listed(&ada), Vec::<String>::new());

    // An intent of his is none of hers.
    his.open(false);
    let later = analyzed(&bob);
    app.db().execute(&format!("update product_intent set tenant_id = '{}'", ada.tenant_id));
    ada.get("/api/v1/reports").send().problem(500, "internal");
    app.db().execute(&format!("update product_intent set tenant_id = '{}'", bob.tenant_id));
    his.open(true);
    let mut all = vec![of_bob, later];
    all.sort();
    assert_eq!((listed(&bob), listed(&ada)), (all.clone(), vec![]));

    // And a database that turns out to be another tenant's is not read.
    his.execute(&format!("update insula.home set tenant_id = '{}'", ada.tenant_id));
    bob.get("/api/v1/reports").send().problem(500, "internal");
    his.execute(&format!("update insula.home set tenant_id = '{}'", bob.tenant_id));
    assert_eq!(listed(&bob), all);
}

/// Protects from a statement that says more than it should: what reads can't write, and no row of another tenant fits in.
#[test]
fn what_reads_changes_nothing_and_no_row_of_another_tenant_fits_in_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let own = Second::create();
    let _ = give(&app, &ada.tenant_id, &own.address).expect(200);
    let _ = analyzed(&ada);
    let (hers, his) = (&ada.tenant_id, &bob.tenant_id);
    let row =
        format!("insert into report values ('x', '{his}', 'c', null, null, 1, 1, 1, 'b', 0) returning id");
    let read = |tenant: &str, text: &str| {
        format!("select insula.read('{tenant}', array[$t${text}$t$], '{{}}', false)")
    };
    for (attack, why) in [
        (read(hers, "delete from report returning id"), "read-only"),
        (read(hers, &row), "read-only"),
        (read(hers, "select insula.apply('x', 'y', '{}', '{}')"), "another tenant"),
        (read(hers, &format!("select insula.claim('{his}')")), "read-only"),
        (read(hers, "select set_config('transaction_read_only', 'off', true)"), "read-write mode"),
        (read(his, "select * from report"), "another tenant"),
        (format!("select insula.apply('{his}', 'b', array[$t${row}$t$], '{{}}')"), "another tenant"),
        (format!("select insula.apply('{hers}', 'b', array[$t${row}$t$], '{{}}')"), "of_tenant"),
        (
            format!(
                "select insula.take('{hers}', 'c', 'report', '[{{\"id\":\"x\",\"tenant_id\":\"{his}\"}}]')"
            ),
            "null value",
        ),
    ] {
        let told = own.refusal(&attack).unwrap_or_else(|| panic!("{attack} was not refused"));
        assert!(told.contains(why), "{attack}: {told}");
    }
    assert_eq!(own.number("select count(*) from insula.report"), 1);
    let bound = "select relrowsecurity::text, relforcerowsecurity::text from pg_class where oid = 'insula.report'::regclass";
    assert_eq!(own.rows(bound), [["true", "true"]]);
}

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
    app.advance(std::time::Duration::from_secs(301));
    let _ = tick(&app);
    let state = || app.operator().get(&path).send().expect(200).json()["state"].clone();
    assert_eq!(state(), "deprovisioning", "it is tried again");
    own.open(true);
    let _ = tick(&app);
    assert_eq!(state(), "deprovisioning", "not before its time");
    app.advance(std::time::Duration::from_secs(61));
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
    app.advance(std::time::Duration::from_secs(301));
    let _ = tick(&app);
    let state = |id: &str| {
        app.operator().get(&format!("/api/v1/tenants/{id}")).send().expect(200).json()["state"].clone()
    };
    assert_eq!(
        (state(&ada.tenant_id), state(&bob.tenant_id)),
        (json!("deprovisioning"), json!("deleted")),
        "it is in nobody's way"
    );
    app.advance(std::time::Duration::from_secs(7 * 86_400));
    let _ = tick(&app);
    assert_eq!(state(&ada.tenant_id), "deleted");
    let log = app.operator().get(&format!("{path}/audit-log")).send().expect(200).json().to_string();
    assert!(log.contains("tenant.database_left") && log.contains("tenant.deleted"), "{log}");
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

fn tick(app: &App) -> Value {
    app.operator().request("POST", "/internal/tick").send().expect(200).json()
}
