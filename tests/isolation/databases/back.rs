//! What a tenant has comes back from its database, whatever happens meanwhile.

use std::time::{Duration, Instant};

use insula_tests::support::{App, Form, Person, Second, at_once, eight_at_once, only_on_postgresql};
use serde_json::json;

use super::super::as_runtime;
use super::super::schemas::{analyzed, schema};
use super::{change, give, listed, stored, tick, waiting};

const HOME: &str = "select (select count(*) from tenant_database) + (select count(*) from product_arrival)";
const IS_LEFT: &str = "select count(*) from pg_namespace where nspname = 'insula'";

/// Analyses until it is let: while the data is on its way, who writes is told to come back.
fn analyzed_at_last(person: &Person<'_>) -> String {
    let begun = Instant::now();
    loop {
        let answer = person.request("POST", "/api/v1/analyze").form(&Form::file("a\n1\n")).send();
        if answer.status == 503 && begun.elapsed() < Duration::from_secs(20) {
            assert!(!answer.header("retry-after").is_empty());
            continue;
        }
        return answer.expect(201).json()["id"].as_str().unwrap().to_owned();
    }
}

#[test]
fn product_data_comes_back_whole_while_it_is_written_on_postgresql() {
    only_on_postgresql();
    for after in ["schema", "shared"] {
        let app = App::start().without_limits();
        let (ada, bob) = (app.person("ada"), app.person("bob"));
        let own = Second::create();
        let _ = give(&app, &ada.tenant_id, &own.address).expect(200);
        let theirs = analyzed(&bob);
        let mut made = vec![analyzed(&ada)];
        let written = at_once(10, |number| {
            if number == 9 {
                // Who reads is answered meanwhile, or told to come back.
                for _ in 0..60 {
                    let status = ada.get("/api/v1/reports").send().status;
                    assert!([200, 503].contains(&status), "{status}");
                }
                return Vec::new();
            }
            if number > 0 {
                return (0..5).map(|_| analyzed_at_last(&ada)).collect::<Vec<_>>();
            }
            std::thread::sleep(Duration::from_millis(100));
            let back = change(&app, &ada.tenant_id, &json!({ "isolation": after })).expect(200).json();
            assert_eq!(back["isolation"], after);
            Vec::new()
        });
        made.extend(written.concat());
        made.sort();
        assert_eq!((made.len(), listed(&ada)), (41, made.clone()), "{after}");
        let table =
            if after == "schema" { format!("{}.report", schema(&ada.tenant_id)) } else { "report".into() };
        let here = app.db().rows(&format!("select id from {table} order by id")).concat();
        assert_eq!(here, made, "{after}");
        assert_eq!((waiting(&app), app.db().number(HOME), own.number(IS_LEFT)), (0, 0, 0), "{after}");
        assert_eq!(listed(&bob), [theirs]);
        // And there again, and nothing of the first time is in the way.
        let _ = give(&app, &ada.tenant_id, &own.address).expect(200);
        assert_eq!((listed(&ada), stored(&own)), (made.clone(), made));
    }
}

/// Protects what a tenant has from a way back that is stopped: until the tenant's row says that it is here, it is there.
#[test]
fn a_way_back_that_is_killed_at_any_moment_loses_nothing_on_postgresql() {
    only_on_postgresql();
    for moment in 0..8_u64 {
        let app = App::start().without_limits();
        let ada = app.person("ada");
        let own = Second::create();
        let _ = give(&app, &ada.tenant_id, &own.address).expect(200);
        own.execute(&format!(
            "select set_config('insula.scope', '{0}', false);
             insert into insula.report select 'rep_' || lpad(i::text, 26, '0'), '{0}', 'c', null, null, i, 1, i / 7.0, repeat('x', 3000), i
             from generate_series(1, 2000) i",
            ada.tenant_id
        ));
        let sum = "select count(*), sum(row_count), sum(score), sum(length(body)) from";
        let before = own.rows(&format!("{sum} insula.report"));
        let back = json!({ "isolation": "schema" });
        let _ = at_once(2, |role| {
            if role == 0 {
                let answer = change(&app, &ada.tenant_id, &back);
                assert!(matches!(answer.status, 200 | 500 | 503), "{answer}");
                return;
            }
            std::thread::sleep(Duration::from_millis(20 + moment * 30));
            let kill = "select pg_terminate_backend(pid) from pg_stat_activity
                where datname = current_database() and pid <> pg_backend_pid() and state = 'active'";
            app.db().execute(kill);
            own.execute(kill);
        });
        assert_eq!(listed(&ada).len(), 200, "{moment}");
        let _ = change(&app, &ada.tenant_id, &back).expect(200);
        assert_eq!(listed(&ada).len(), 200);
        let here = app.db().rows(&format!("{sum} {}.report", schema(&ada.tenant_id)));
        assert_eq!(here, before, "{moment}");
        app.advance(Duration::from_secs(61));
        let _ = tick(&app);
        assert_eq!((app.db().number(HOME), own.number(IS_LEFT)), (0, 0), "{moment}");
    }
}

#[test]
fn a_database_that_is_away_keeps_what_it_has_and_is_written_again_when_it_is_back_on_postgresql() {
    only_on_postgresql();
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let own = Second::create();
    let _ = give(&app, &ada.tenant_id, &own.address).expect(200);
    let mut made = vec![analyzed(&ada)];
    own.open(false);
    for back in ["schema", "shared"] {
        let body = json!({ "isolation": back });
        change(&app, &ada.tenant_id, &body).problem(503, "unavailable");
        ada.request("PATCH", &format!("/api/v1/tenants/{}", ada.tenant_id))
            .json(&body)
            .send()
            .problem(403, "forbidden");
    }
    made.push(analyzed(&ada));
    own.open(true);
    made.push(analyzed(&ada));
    made.sort();
    assert_eq!((listed(&ada), stored(&own)), (made.clone(), made));
    assert_eq!(app.db().number("select count(*) from tenant_database where attempt is not null"), 0);
}

/// Protects what a tenant has from an address that leads for a while to a database that has nothing of it.
#[test]
fn nothing_comes_back_from_another_database_than_the_tenants_on_postgresql() {
    only_on_postgresql();
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let own = Second::create();
    let _ = give(&app, &ada.tenant_id, &own.address).expect(200);
    let made = analyzed(&ada);
    let make = insula_migrations::own_database(&ada.tenant_id);
    for (astray, back) in [
        ("update insula.home set identity = 'another'".to_owned(), "update insula.home set identity = '{}'"),
        ("alter schema insula rename to away".to_owned(), "alter schema away rename to insula"),
        (
            format!("alter schema insula rename to away; {make}"),
            "drop schema insula cascade; alter schema away rename to insula",
        ),
    ] {
        let identity = own.rows("select identity from insula.home").concat().concat();
        own.owner().execute(&astray);
        change(&app, &ada.tenant_id, &json!({ "isolation": "schema" })).problem(503, "unavailable");
        own.execute(&back.replace("{}", &identity));
        assert_eq!(listed(&ada), std::slice::from_ref(&made), "{astray}");
    }
    let _ = change(&app, &ada.tenant_id, &json!({ "isolation": "schema" })).expect(200);
    assert_eq!(listed(&ada), [made]);
}

/// Protects a tenant from finding what it had mixed with what it has.
#[test]
fn a_database_that_could_not_be_cleared_is_left_after_a_week_and_is_not_given_again_on_postgresql() {
    only_on_postgresql();
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let own = Second::create();
    let _ = give(&app, &ada.tenant_id, &own.address).expect(200);
    let made = analyzed(&ada);
    let kept = "create function public.keep() returns event_trigger language plpgsql as 'begin raise exception ''no''; end';
         create event trigger keep on sql_drop when tag in ('DROP SCHEMA') execute function public.keep()";
    own.execute(kept);
    let _ = change(&app, &ada.tenant_id, &json!({ "isolation": "schema" })).expect(200);
    let _ = tick(&app);
    assert_eq!((app.db().number(HOME), own.number(IS_LEFT)), (1, 1));
    app.advance(Duration::from_secs(7 * 86_400 + 1));
    for _ in 2..5 {
        let _ = tick(&app);
        assert_eq!((app.db().number(HOME), own.number(IS_LEFT)), (1, 1), "a week in which nobody tried");
        app.advance(Duration::from_secs(3_900));
    }
    let _ = tick(&app);
    assert_eq!((app.db().number(HOME), own.number(IS_LEFT)), (0, 1));
    let path = format!("/api/v1/tenants/{}/audit-log", ada.tenant_id);
    let log = app.operator().get(&path).send().expect(200).json().to_string();
    assert!(log.contains("tenant.database_left"), "{log}");
    give(&app, &ada.tenant_id, &own.address).invalid("/database_url", "used");
    let here = format!("select id from {}.report", schema(&ada.tenant_id));
    assert_eq!(app.db().rows(&here), [[made.clone()]]);
    own.execute("drop event trigger keep; drop schema insula cascade");
    let _ = give(&app, &ada.tenant_id, &own.address).expect(200);
    assert_eq!((stored(&own), app.db().own_tables().len()), (vec![made], 0));
}

/// Protects a tenant from an attempt whose server is gone: it must not keep the tenant from writing for ever, and must move
/// nothing when it comes back to life.
#[test]
fn an_attempt_that_nobody_goes_on_with_is_ended_by_the_tick_and_moves_nothing_on_postgresql() {
    only_on_postgresql();
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let own = Second::create();
    let _ = give(&app, &ada.tenant_id, &own.address).expect(200);
    let mut made = vec![analyzed(&ada)];
    let id = &ada.tenant_id;
    let now = app.db().number("select max(created_at_ms) from tenant");
    let begin = format!("select * from insula_attempt('{id}', 'abandoned', {now})");
    let keep = format!("insert into product_arrival values ('{id}', 1, 'report', '[]')");
    let bob = app.person("bob");
    for (table, rows, why) in [
        ("report", format!("[{{\"tenant_id\": \"{}\"}}]", bob.tenant_id), "another tenant"),
        ("report", "[{}]".to_owned(), "another tenant"),
        ("report", "[]".to_owned(), "does not fit"),
        (
            "membership",
            format!("[{{\"tenant_id\": \"{id}\", \"user_id\": \"x\", \"role\": \"owner\"}}]"),
            "no product data",
        ),
        ("pg_class", "[{}]".to_owned(), "no product data"),
        ("is_nowhere", "[{}]".to_owned(), "no product data"),
    ] {
        let foreign = format!(
            "select set_config('insula.scope', 'system', true); {begin}; insert into product_arrival values ('{id}', 1, '{table}', '{rows}');
             select * from insula_move_in('{id}', 'shared', 'abandoned', {now})"
        );
        assert!(app.db().refusal(&foreign).is_some_and(|said| said.contains(why)), "{table} {rows}");
    }
    app.db().execute(&format!("{begin}; {keep}"));
    let refused = ada.request("POST", "/api/v1/analyze").form(&Form::file("a\n1\n")).send();
    refused.problem(503, "unavailable");
    assert_eq!(listed(&ada), made, "what is there is read");
    let _ = tick(&app);
    ada.request("POST", "/api/v1/analyze").form(&Form::file("a\n1\n")).send().problem(503, "unavailable");

    app.advance(Duration::from_secs(301));
    let _ = tick(&app);

    made.push(analyzed(&ada));
    made.sort();
    let late = format!("select count(*) from insula_move_in('{id}', 'shared', 'abandoned', {now})");
    assert_eq!(as_runtime(&app, Some(id), &[&late]).unwrap(), "0");
    assert_eq!(app.db().rows(&format!("select isolation from tenant where id = '{id}'")), [["database"]]);
    assert_eq!(app.db().number("select count(*) from product_arrival"), 0);
    assert_eq!((listed(&ada), stored(&own)), (made.clone(), made));
}

#[test]
fn of_many_ways_back_at_once_each_ends_with_everything_in_one_place_on_postgresql() {
    only_on_postgresql();
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let own = Second::create();
    let _ = give(&app, &ada.tenant_id, &own.address).expect(200);
    let mut made: Vec<_> = (0..3).map(|_| analyzed(&ada)).collect();
    made.sort();
    let statuses = eight_at_once(|number| {
        let back = ["schema", "shared"][number % 2];
        change(&app, &ada.tenant_id, &json!({ "isolation": back })).status
    });
    assert!(statuses.iter().all(|status| [200, 503].contains(status)), "{statuses:?}");
    let _ = change(&app, &ada.tenant_id, &json!({ "isolation": "schema" })).expect(200);
    let here = app.db().rows(&format!("select id from {}.report order by id", schema(&ada.tenant_id)));
    assert_eq!((here.concat(), listed(&ada)), (made.clone(), made));
    app.advance(Duration::from_secs(61));
    let _ = tick(&app);
    assert_eq!((app.db().number(HOME), own.number(IS_LEFT)), (0, 0));
}

/// Protects the platform from whoever has a tenant's database: what comes from there is that tenant's product data, or nothing.
#[test]
fn what_a_database_says_that_is_not_its_tenants_product_data_is_refused_and_changes_nothing_on_postgresql() {
    only_on_postgresql();
    let app = App::start().without_limits();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let own = Second::unbound();
    let theirs = analyzed(&bob);
    let _ = change(&app, &bob.tenant_id, &json!({ "isolation": "shared" })).expect(200);
    let _ = give(&app, &ada.tenant_id, &own.address).expect(200);
    let made = analyzed(&ada);
    own.execute(
        "alter table insula.report drop constraint of_tenant; create table public.kept as select * from insula.report",
    );
    let before = app.db().dump();
    let rest = columns(&own);
    for (lie, status) in [
        (format!("update insula.report set tenant_id = '{}'", bob.tenant_id), 503),
        (
            format!("insert into insula.report (id, tenant_id, {rest}) select 'rep_0', '{}', {rest} from insula.report", bob.tenant_id),
            503,
        ),
        (format!("update insula.report set id = '{theirs}'"), 422),
        ("alter table insula.report add column extra text default 'x'".to_owned(), 422),
        (
            "alter table insula.report alter column row_count drop not null; update insula.report set row_count = null".to_owned(),
            422,
        ),
    ] {
        own.execute(&lie);
        for back in ["shared", "schema"] {
            // Two may have the same id where each has a schema of its own.
            if lie.contains("set id =") && back == "schema" {
                continue;
            }
            let answer = change(&app, &ada.tenant_id, &json!({ "isolation": back }));
            if status == 422 {
                answer.invalid("/isolation", "unfit");
            } else {
                answer.problem(503, "unavailable");
            }
        }
        own.execute(
            "delete from insula.report; insert into insula.report select * from public.kept;
             alter table insula.report drop column if exists extra",
        );
        assert_eq!(app.db().dump(), before, "{lie}");
    }
    assert_eq!((listed(&ada), listed(&bob)), (vec![made], vec![theirs]));
}

/// The columns of a report besides what says whose it is.
fn columns(own: &Second) -> String {
    let names = own.rows(
        "select attname from pg_attribute where attrelid = 'insula.report'::regclass and attnum > 0
         and attname not in ('id', 'tenant_id') order by attnum",
    );
    names.concat().join(", ")
}

/// Protects a tenant from having what it had twice, and what it has from being removed by somebody slow.
#[test]
fn what_was_left_is_removed_by_the_tick_and_nothing_that_was_made_since_on_postgresql() {
    only_on_postgresql();
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let (own, other) = (Second::create(), Second::create());
    let _ = give(&app, &ada.tenant_id, &own.address).expect(200);
    let made = analyzed(&ada);
    let identity = own.rows("select identity from insula.home").concat().concat();
    let _ = at_once(2, |role| {
        if role == 0 {
            // Who reads there keeps it from being removed.
            own.execute("begin; lock table insula.report in access share mode; select pg_sleep(9); commit");
            return;
        }
        std::thread::sleep(Duration::from_millis(500));
        let _ = change(&app, &ada.tenant_id, &json!({ "isolation": "schema" })).expect(200);
        assert_eq!((app.db().number(HOME), own.number(IS_LEFT)), (1, 1));
        assert_eq!(listed(&ada), std::slice::from_ref(&made));
        give(&app, &ada.tenant_id, &other.address).invalid("/database_url", "left");
        // Nor does a release that knows nothing of what was left move anything there.
        let moves = format!(
            "select set_config('insula.scope', 'system', true); select insula_move_out('{}', 0)",
            ada.tenant_id
        );
        assert!(app.db().refusal(&moves).is_some_and(|why| why.contains("yet to be cleared")));
    });
    let _ = ada.get(&format!("/api/v1/tenants/{}/diagnosis", ada.tenant_id)).send();
    app.advance(Duration::from_secs(601));
    let _ = tick(&app);
    assert_eq!((app.db().number(HOME), own.number(IS_LEFT)), (0, 0));
    let _ = give(&app, &ada.tenant_id, &own.address).expect(200);
    let late = insula_migrations::leave_own_database(&ada.tenant_id, &identity);
    assert!(own.refusal(&late).is_some_and(|why| why.contains("another tenant")));
    assert_eq!((listed(&ada), stored(&own)), (vec![made.clone()], vec![made]));
}
