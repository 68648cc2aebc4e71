//! A tenant is made whole or not at all, and the schemas of those that are there are brought up to date while they serve.

use std::sync::atomic::{AtomicBool, Ordering};

use insula_tests::support::{App, Database, Person, Second, at_once, only_on_postgresql};
use serde_json::{Value, json};

use super::schemas::{analyzed, schema};

/// Everything that making a tenant leaves.
fn made(app: &App) -> Vec<i64> {
    let counts = [
        "select count(*) from tenant",
        "select count(*) from membership",
        "select count(*) from pg_namespace where nspname like 't\\_%'",
        "select count(*) from audit_entry where action = 'tenant.created'",
    ];
    counts.iter().map(|count| app.db().number(count)).collect()
}

/// Adds a step to those that tenants' schemas need.
fn add_step(app: &App, statements: &str) {
    app.db().execute(&format!(
        "insert into tenant_step select max(number) + 1, 'of_this_test', $t${statements}$t$ from tenant_step"
    ));
}

fn behind(app: &App) -> i64 {
    app.db().number("select count(*) from tenant where schema_step < (select max(number) from tenant_step)")
}

fn migrate(app: &App) -> Value {
    app.operator().request("POST", "/internal/migrate").send().expect(200).json()
}

fn create(person: &Person<'_>, name: &str, key: &str) -> insula_tests::support::Answer {
    person.post("/api/v1/tenants", &json!({ "name": name })).header("idempotency-key", key).send()
}

#[test]
fn another_model_than_shared_is_refused_by_name_where_there_are_no_schemas() {
    let app = App::start();
    let ada = app.person("ada");
    let path = format!("/api/v1/tenants/{}", ada.tenant_id);
    let sqlite = matches!(app.db(), Database::Sqlite(_));
    let refused: &[&str] = if sqlite { &["schema", "database", "x", ""] } else { &["x", ""] };
    let before = app.db().dump();
    for model in refused {
        let body = json!({ "name": "another", "isolation": model });
        ada.post("/api/v1/tenants", &body).send().invalid("/isolation", "unknown");
        let body = json!({ "isolation": model });
        ada.request("PATCH", &path).json(&body).send().invalid("/isolation", "unknown");
    }
    assert_eq!(app.db().dump(), before);
    let own = ada.get(&path).send().expect(200).json();
    assert_eq!(own["isolation"], app.db().isolation());
}

#[test]
fn a_tenant_that_cannot_be_made_whole_is_not_made_and_can_be_made_later_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let ada = app.person("ada");
    let before = made(&app);
    for broken in ["create table half (id int); select 1 / 0", "create table report (id int)"] {
        add_step(&app, broken);
        let answer = create(&ada, "half", "k");
        assert_eq!(answer.status, 500, "{answer}");
        let guest =
            json!({ "email": "bob@example.com", "password": "correct horse battery", "tenant_name": "half" });
        assert_eq!(app.request("POST", "/api/v1/auth/register").json(&guest).send().status, 500);
        app.db().execute("delete from tenant_step where name = 'of_this_test'");
        assert_eq!(made(&app), before, "{broken}");
        assert_eq!(app.db().number("select count(*) from user_account"), 1);
    }
    let tenant = create(&ada, "half", "k").expect(201).json();
    assert!(
        app.db().own_tables().contains_key(&format!("{}.report", schema(tenant["id"].as_str().unwrap())))
    );
}

/// Protects from half a tenant: the connection is lost at one moment after another while it is being made.
#[test]
fn a_tenant_whose_making_is_killed_at_any_moment_is_not_there_and_is_made_by_the_next_try_on_postgresql() {
    only_on_postgresql();
    let app = App::start().without_limits();
    let ada = app.person("ada");
    // The step waits at its begin and at its end, so that there are moments to be killed in.
    add_step(
        &app,
        "do $$ begin perform pg_sleep(0.05); end $$; create table extra (tenant_id text); do $$ begin perform pg_sleep(0.05); end $$",
    );
    for moment in 0..12 {
        let before = made(&app);
        let (name, key) = (format!("tenant {moment}"), format!("k{moment}"));
        let over = AtomicBool::new(false);
        let answers = at_once(2, |role| {
            if role == 0 {
                let answer = create(&ada, &name, &key);
                over.store(true, Ordering::SeqCst);
                return Some(answer);
            }
            std::thread::sleep(std::time::Duration::from_millis(moment * 12));
            app.db().execute(
                "select pg_terminate_backend(pid) from pg_stat_activity
                 where datname = current_database() and state = 'active' and pid <> pg_backend_pid() and query like 'select insula_batch%'",
            );
            None
        });
        let answer = answers.into_iter().flatten().next().unwrap();
        assert!(matches!(answer.status, 201 | 500 | 503), "{answer}");
        let whole: Vec<i64> = before.iter().map(|count| count + 1).collect();
        if answer.status != 201 {
            assert_eq!(made(&app), before, "{moment}: {answer}");
        }
        let _ = create(&ada, &name, &key).expect(201);
        assert_eq!(made(&app), whole, "{moment}");
    }
}

#[test]
fn schemas_are_brought_up_to_date_once_by_many_runners_while_their_tenants_are_served_on_postgresql() {
    only_on_postgresql();
    let app = App::start().without_limits();
    let ada = app.person("ada");
    app.db().execute(
        "insert into tenant (id, name, state, plan, created_at_ms, isolation)
           select 'ten_' || lpad(i::text, 26, '0'), 'x', 'active', 'free', 0, 'schema' from generate_series(1, 100) i;
         select set_config('insula.scope', 'system', false);
         select insula_schema_make(id) from tenant where id like 'ten_00000%'",
    );
    let _ = analyzed(&ada);
    add_step(&app, "alter table report add column note text; create table once (tenant_id text)");
    assert_eq!(behind(&app), 101);
    let over = AtomicBool::new(false);
    let ran = at_once(8, |role| {
        if role > 3 {
            while !over.load(Ordering::SeqCst) {
                let _ = analyzed(&ada);
            }
            let _ = analyzed(&ada);
            return 0;
        }
        let ran = migrate(&app);
        over.store(true, Ordering::SeqCst);
        ran["tenants_migrated"].as_i64().unwrap()
    });
    let last = migrate(&app);
    assert_eq!(behind(&app), 0);
    assert_eq!((&last["tenants_left"], &last["applied"]), (&json!(0), &json!([])));
    // Each once: by a runner, or, for the one that was calling, by its own call.
    let by_runners = ran.iter().sum::<i64>() + last["tenants_migrated"].as_i64().unwrap();
    assert!((100..=101).contains(&by_runners), "{ran:?}");
    assert_eq!(app.db().own_tables().keys().filter(|table| table.ends_with(".once")).count(), 101);
}

#[test]
fn a_run_that_is_killed_is_gone_on_with_and_a_tenants_own_call_does_not_wait_for_it_on_postgresql() {
    only_on_postgresql();
    let app = App::start().without_limits();
    let people: Vec<_> = ["ada", "bob", "eve"].iter().map(|name| app.person(name)).collect();
    add_step(&app, "do $$ begin perform pg_sleep(0.2); end $$; alter table report add column note text");
    let status = at_once(2, |role| {
        if role == 0 {
            return app.operator().request("POST", "/internal/migrate").send().status;
        }
        std::thread::sleep(std::time::Duration::from_millis(300));
        app.db().execute(
            "select pg_terminate_backend(pid) from pg_stat_activity
             where datname = current_database() and state = 'active' and pid <> pg_backend_pid() and query like '%insula_schemas_migrate%'",
        );
        0
    })[0];
    assert!(matches!(status, 500 | 503), "it was killed in the middle: {status}");
    assert_eq!(behind(&app), 3, "a part happens whole or not at all");
    let _ = analyzed(&people[1]);
    assert_eq!(behind(&app), 2, "who calls is brought up to date by its call");
    assert_eq!(migrate(&app)["tenants_migrated"], 2);
    assert_eq!(migrate(&app)["tenants_migrated"], 0);
}

#[test]
fn a_tenant_whose_tables_are_busy_is_left_and_the_others_are_not_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    add_step(&app, "alter table report add column note text");
    let lock = format!("begin; lock table {}.report", schema(&ada.tenant_id));
    let Database::Postgres(address) = app.db() else { unreachable!() };
    let ran = insula_tests::support::block_on(async {
        let (client, connection) = tokio_postgres::connect(address, tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        client.batch_execute(&lock).await.unwrap();
        let ran = at_once(1, |_| migrate(&app)).remove(0);
        client.batch_execute("rollback").await.unwrap();
        ran
    });
    assert_eq!((&ran["tenants_migrated"], &ran["tenants_left"]), (&json!(1), &json!(1)));
    let _ = (analyzed(&bob), analyzed(&ada));
    assert_eq!(behind(&app), 0);
}

/// Protects those whose schemas were made by an earlier release, when every way into one was called `run`.
#[test]
fn a_schema_with_the_earlier_way_in_is_opened_by_the_next_call_or_run_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let homes = [&ada, &bob].map(|person| schema(&person.tenant_id));
    let ways_in = |home: &str| {
        app.db().rows(&format!(
            "select p.proname, pg_get_userbyid(p.proowner), p.prosecdef::text, p.proconfig[1],
               has_function_privilege('insula_runtime', p.oid, 'execute')::text,
               has_function_privilege('insula_log', p.oid, 'execute')::text
             from pg_proc p where p.pronamespace = '{home}'::regnamespace"
        ))
    };
    for (person, home) in [&ada, &bob].into_iter().zip(&homes) {
        let _ = analyzed(person);
        let path = format!("search_path={home}, pg_temp");
        assert_eq!(ways_in(home), [[home.as_str(), home, "true", &path, "true", "false"]]);
        app.db().execute(&format!("alter function {home}.{home} rename to run"));
        app.db().execute(&format!("update tenant set schema_step = 1 where id = '{}'", person.tenant_id));
    }
    let reports = |person: &Person<'_>| {
        person.get("/api/v1/reports").send().expect(200).json()["items"].as_array().unwrap().len()
    };
    assert_eq!((reports(&ada), ways_in(&homes[0]).len(), ways_in(&homes[1]).len()), (1, 2, 1));
    let run = migrate(&app);
    assert_eq!((&run["tenants_migrated"], &run["tenants_left"]), (&json!(1), &json!(0)));
    assert_eq!((reports(&bob), ways_in(&homes[1]).len(), behind(&app)), (1, 2, 0));
}

/// Protects the tenants of a fresh database: a step that was known before the first one would be done without it.
#[test]
fn a_fresh_database_knows_no_step_of_tenants_before_the_first_on_postgresql() {
    only_on_postgresql();
    let fresh = Second::unbound();
    fresh.execute(insula_migrations::CREATE_LOG_POSTGRES);
    for step in insula_migrations::STEPS {
        fresh.execute(&step.postgres_statement(0));
    }
    assert_eq!(fresh.number("select count(*) from tenant_step"), 0);
}
