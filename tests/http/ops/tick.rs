//! `POST /internal/tick`

use std::time::Duration;

use insula_tests::support::{App, Options, Person, eight_at_once};
use serde_json::{Value, json};

const PATH: &str = "/internal/tick";
const DAY: Duration = Duration::from_secs(86_400);

/// What the first tasks of the list did, which are about answers and sessions.
fn tick(app: &App) -> Value {
    let all = app.operator().request("POST", PATH).send().expect(200).json();
    json!({ "ran": all["ran"].as_array().unwrap()[..4] })
}

fn ran(answers: i64, tokens: i64, refresh_tokens: i64, sessions: i64) -> Value {
    json!({ "ran": [
        { "task": "purge_idempotency", "removed": answers },
        { "task": "purge_access_tokens", "removed": tokens },
        { "task": "purge_refresh_tokens", "removed": refresh_tokens },
        { "task": "purge_sessions", "removed": sessions },
    ] })
}

fn removed(tick: &Value, at: usize) -> i64 {
    tick["ran"][at]["removed"].as_i64().unwrap()
}

/// Mail, where a walk goes on, and what is signed are no business of these tests.
fn without_mail(lines: Vec<String>) -> Vec<String> {
    let elsewhere = ["mail", "tick_cursor", "audit_checkpoint", "audit_node"];
    let other = |line: &String| !elsewhere.iter().any(|name| line.starts_with(name));
    lines.into_iter().filter(other).collect()
}

/// Makes a tenant, and an answer that is kept for a day.
fn keep_an_answer(person: &Person<'_>, key: &str) {
    let request = person.post("/api/v1/tenants", &json!({ "name": key })).header("idempotency-key", key);
    let _ = request.send().expect(201);
}

/// Stores answers and sessions whose time is over, as many of each.
fn store_old(app: &App, person: &Person<'_>, count: usize) {
    let rows = |row: &dyn Fn(usize) -> String| (0..count).map(row).collect::<Vec<_>>().join(", ");
    let answers = rows(&|at| format!("('c', 'o', 'old {at}', 'd', 'a', {at})"));
    let sessions = rows(&|at| format!("('old {at}', '{}', null, 0, {at})", person.user_id));
    app.db().execute(&format!("insert into idempotency values {answers}"));
    app.db().execute(&format!(
        "insert into session (id, user_id, tenant_id, created_at_ms, expires_at_ms) values {sessions}"
    ));
}

#[test]
fn removes_what_is_over_and_nothing_else() {
    let app = App::start();
    let ada = app.person("ada");
    let _ = ada.key(&["read"]);
    keep_an_answer(&ada, "first");
    app.advance(DAY.checked_sub(Duration::from_secs(60)).unwrap());
    let later = app.person("bob");
    keep_an_answer(&later, "second");
    let before = without_mail(app.db().dump());
    assert_eq!(tick(&app), ran(0, 1, 0, 0), "of the first person only the access token is over");

    app.advance(Duration::from_secs(60));

    assert_eq!(tick(&app), ran(1, 0, 0, 0));
    let after = without_mail(app.db().dump());
    let gone: Vec<&String> = before.iter().filter(|line| !after.contains(line)).collect();
    assert_eq!(gone.len(), 2, "{gone:?}");
    assert!(gone[0].starts_with("access_token: ") && gone[1].starts_with("idempotency: "), "{gone:?}");
    assert!(after.iter().all(|line| before.contains(line)));
    let _ = later.get("/api/v1/auth/me").send().expect(200);
    assert_eq!(app.db().number("select count(*) from api_key"), 1);
}

#[test]
fn a_session_goes_with_its_tokens_when_its_last_refresh_token_is_over() {
    let app = App::start();
    let _ = app.person("ada");
    app.advance(Duration::from_millis(7 * 86_400_000 - 1));
    let _ = app.person("bob");
    assert_eq!(tick(&app), ran(0, 1, 0, 0));

    app.advance(Duration::from_millis(1));

    assert_eq!(tick(&app), ran(0, 0, 1, 1));
    for table in ["session", "access_token", "refresh_token"] {
        assert_eq!(app.db().number(&format!("select count(*) from {table}")), 1, "{table}");
    }
}

#[test]
fn a_second_tick_at_once_finds_nothing_to_do() {
    let app = App::start();
    let ada = app.person("ada");
    keep_an_answer(&ada, "first");
    app.advance(DAY);
    assert_eq!(tick(&app), ran(1, 1, 0, 0));
    let before = app.db().dump();

    assert_eq!(tick(&app), ran(0, 0, 0, 0));

    assert_eq!(app.db().dump(), before);
}

#[test]
fn eight_at_once_remove_each_row_once() {
    let app = App::start();
    let ada = app.person("ada");
    store_old(&app, &ada, 2_500);

    let ticks = eight_at_once(|_| tick(&app));

    // Who meets another at the same rows may leave them: what was removed and what is left make the whole.
    for (at, table) in [(0, "idempotency"), (3, "session where user_id like 'usr%' and id like 'old%'")] {
        let sum: i64 = ticks.iter().map(|tick| removed(tick, at)).sum();
        let left = app.db().number(&format!("select count(*) from {table}"));
        assert_eq!(sum + left, 2_500, "{table}: {left} left, {ticks:?}");
    }
    let _ = tick(&app);
    assert_eq!(app.db().number("select count(*) from idempotency"), 0);
    assert_eq!(app.db().number("select count(*) from session"), 1);
    let _ = ada.get("/api/v1/auth/me").send().expect(200);
}

#[test]
fn logins_go_on_while_ticks_run() {
    let app = App::start();
    let ada = app.person("ada");
    store_old(&app, &ada, 1_500);

    let statuses = eight_at_once(|number| {
        if number % 2 == 0 {
            return app.operator().request("POST", PATH).send().status;
        }
        app.log_in(&ada.email).get("/api/v1/auth/me").send().status
    });

    assert_eq!(statuses, [200; 8]);
    assert_eq!(app.db().number("select count(*) from session where id like 'ses%'"), 5);
}

#[test]
fn only_the_operator_may_and_nothing_is_removed_for_others() {
    let app = App::start();
    let ada = app.person("ada");
    store_old(&app, &ada, 3);
    let before = app.db().dump();
    app.request("POST", PATH).send().problem(401, "unauthenticated");
    for caller in [&ada.caller, &ada.key(&["admin"])] {
        caller.request("POST", PATH).send().problem(403, "forbidden");
    }
    let kept = app.db().dump();
    assert!(before.iter().all(|line| kept.contains(line)));
}

#[test]
fn an_unmigrated_database_is_said_to_be_unmigrated() {
    let app = App::with(Options { migrated: false, ..Options::default() });

    let answer = app.operator().request("POST", PATH).send();

    answer.problem(503, "not-migrated");
    assert!(!answer.header("retry-after").is_empty(), "{answer}");
}

#[test]
fn a_signing_key_that_is_due_is_made_by_the_tick_and_once() {
    let app = App::with(Options {
        settings: |settings| {
            settings.variables.insert("signing_key".to_owned(), String::new());
            settings.variables.insert("signing_algorithm".to_owned(), "ES256".to_owned());
        },
        ..Options::default()
    });
    let keys = || app.operator().request("POST", PATH).send().expect(200).json()["signing_keys"].clone();

    assert_eq!(keys(), "made", "an installation without a key");
    assert_eq!(keys(), "not_due");
    app.advance(DAY * 90);
    let made = eight_at_once(|_| keys());

    assert_eq!(made.iter().filter(|made| *made == "made").count(), 1, "{made:?}");
    assert!(made.iter().all(|made| made != "failed"), "{made:?}");
    assert_eq!(app.db().number("select count(*) from signing_key"), 2);
}
