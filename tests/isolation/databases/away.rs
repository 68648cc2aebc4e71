//! A database that comes and goes: nothing is lost on the way there, and nothing is done twice.

use std::time::{Duration, Instant};

use insula_host::Settings;
use insula_tests::support::{App, Form, Line, Options, Second, at_once, eight_at_once, only_on_postgresql};
use serde_json::json;

use super::super::schemas::analyzed;
use super::{give, listed, stored, tick, waiting};

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
    app.advance(Duration::from_secs(61));
    assert_eq!(tick(&app)["tenant_databases"], json!({ "settled": 1, "postponed": 0 }));
    assert_eq!(waiting(&app), 0);
    made.sort();
    assert_eq!((stored(&own), listed(&ada)), (made.clone(), made));
}

/// Protects a tenant from having a part of what it had in a database that was made anew for it where that one was.
#[test]
fn what_is_meant_for_one_database_is_done_and_read_in_none_that_took_its_place_on_postgresql() {
    only_on_postgresql();
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let own = Second::create();
    let _ = give(&app, &ada.tenant_id, &own.address).expect(200);
    let mut made = vec![analyzed(&ada)];
    let make = insula_migrations::own_database(&ada.tenant_id);
    own.owner().execute(&format!("alter schema insula rename to before; {make}"));
    made.push(analyzed(&ada));
    assert_eq!((stored(&own), waiting(&app)), (Vec::new(), 1));
    ada.get("/api/v1/reports").send().problem(503, "unavailable");
    assert_eq!(tick(&app)["tenant_databases"], json!({ "settled": 0, "postponed": 1 }));
    own.execute("drop schema insula cascade; alter schema before rename to insula");
    made.sort();
    assert_eq!((listed(&ada), stored(&own)), (made.clone(), made));
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
    let refused = ada.request("POST", "/api/v1/analyze").form(&Form::file("a\n1\n")).send();
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
            std::thread::sleep(Duration::from_millis(moment * 10));
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
    assert_eq!(listed(&ada), std::slice::from_ref(&made));
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

/// Protects a tenant's calls, and the places that they would keep: a server that says nothing is waited for once.
#[test]
fn a_server_that_does_not_answer_is_waited_for_once_and_nothing_is_lost_on_postgresql() {
    only_on_postgresql();
    let anywhere_near = |settings: &mut Settings| {
        settings.variables.insert("tenant_database_host".to_owned(), "127.0.0.1:*".to_owned());
    };
    let app = App::with(Options { settings: anywhere_near, ..Options::default() }).without_limits();
    let ada = app.person("ada");
    let own = Second::create();
    let (login, place) = own.address.split_once("://").unwrap().1.split_once('@').unwrap();
    let (server, name) = place.split_once('/').unwrap();
    let line = Line::to(server);
    let address = format!("postgres://{login}@{}/{name}", line.address());
    let _ = give(&app, &ada.tenant_id, &address).expect(200);
    let mut made = vec![analyzed(&ada)];

    line.dead(true);
    let begun = Instant::now();
    made.push(analyzed(&ada));
    let waited = begun.elapsed();
    assert!(waited > Duration::from_secs(9) && waited < Duration::from_secs(25), "{waited:?}");
    let begun = Instant::now();
    made.push(analyzed(&ada));
    for _ in 0..3 {
        let answer = ada.get("/api/v1/reports").send();
        answer.problem(503, "unavailable");
        assert!(!answer.header("retry-after").is_empty());
    }
    assert!(begun.elapsed() < Duration::from_secs(5), "it is left alone");
    assert_eq!(waiting(&app), 2);

    line.dead(false);
    app.advance(Duration::from_secs(61));
    made.sort();
    assert_eq!((listed(&ada), stored(&own)), (made.clone(), made));
    assert_eq!(waiting(&app), 0);
}

/// Protects a tenant whose database has something in it that refuses what is brought there: that is not taken for a fault of
/// the platform's, and is done when it is put right.
#[test]
fn what_the_database_refuses_waits_until_it_is_put_right_on_postgresql() {
    only_on_postgresql();
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let own = Second::create();
    let _ = give(&app, &ada.tenant_id, &own.address).expect(200);
    own.execute("alter table insula.report add constraint of_somebody check (false)");
    let made = analyzed(&ada);
    ada.get("/api/v1/reports").send().problem(503, "unavailable");
    assert_eq!((waiting(&app), stored(&own).len()), (1, 0));
    own.execute("alter table insula.report drop constraint of_somebody");
    assert_eq!(listed(&ada), [made]);
    assert_eq!(waiting(&app), 0);
}

/// Protects the host, which all tenants share, from what a tenant's server makes up.
#[test]
fn an_answer_that_is_too_large_is_refused_and_the_others_are_served_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let own = Second::create();
    let _ = give(&app, &ada.tenant_id, &own.address).expect(200);
    let made = analyzed(&ada);
    own.execute(
        "alter function insula.read(text, text[], text[], boolean) rename to read_soundly;
         create function insula.read(text, text[], text[], boolean) returns json language sql as
         $read$ select json_build_object('results', json_build_array(json_build_array(json_build_object('id', repeat('x', 80000000))))) $read$",
    );
    ada.get("/api/v1/reports").send().problem(503, "unavailable");
    let _ = bob.get("/api/v1/reports").send().expect(200);
    own.execute(
        "drop function insula.read(text, text[], text[], boolean);
         alter function insula.read_soundly(text, text[], text[], boolean) rename to read",
    );
    // Where refusing it took a while, the database is left alone for a minute.
    app.advance(Duration::from_secs(61));
    assert_eq!(listed(&ada), [made]);
}
