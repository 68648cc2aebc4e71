//! A step of the schema happens whole or not at all, and once.

use std::thread;

use insula_tests::support::{App, Database, Options};
use serde_json::{Value, json};

const NEWEST: u32 = insula_migrations::newest();

/// An application whose database was left by a release that knew so many steps.
fn after(steps: u32) -> App {
    let app = App::with(Options { migrated: false, ..Options::default() });
    app.db().take_steps(steps);
    app
}

fn migrate(app: &App) -> Value {
    app.operator().request("POST", "/internal/migrate").send().expect(200).json()
}

fn recorded(app: &App) -> Vec<Vec<String>> {
    app.db().rows("select number from schema_migration order by number")
}

fn up_to(number: u32) -> Vec<Vec<String>> {
    (1..=number).map(|number| vec![number.to_string()]).collect()
}

#[test]
fn runners_at_once_do_the_last_step_once() {
    let app = after(NEWEST - 1);

    let all: Vec<Value> = thread::scope(|scope| {
        let runs: Vec<_> = (0..6).map(|_| scope.spawn(|| migrate(&app))).collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });

    assert!(all.iter().any(|done| done["applied"] == json!([NEWEST])), "{all:?}");
    assert!(all.iter().all(|done| done["schema"] == NEWEST), "{all:?}");
    assert_eq!(recorded(&app), up_to(NEWEST));
    assert_eq!(app.db().schema(), App::start().db().schema());
    let _ = app.person("ada").get("/api/v1/reports").send().expect(200);
}

#[test]
fn a_step_that_is_done_is_not_done_again() {
    let app = App::start();
    let _ = app.person("ada");
    let (schema, rows) = (app.db().schema(), app.db().dump());

    assert_eq!(migrate(&app)["applied"], json!([]));
    // What a runner sends that looked before another one was done.
    if let Database::Postgres(_) = app.db() {
        for step in insula_migrations::STEPS {
            app.db().execute(&step.postgres_statement(1));
        }
    }

    assert_eq!(app.db().schema(), schema);
    assert_eq!(app.db().dump(), rows);
}

#[test]
fn a_step_that_fails_in_the_middle_leaves_nothing_and_is_done_once_it_can_be() {
    const REPORT: u32 = 5;
    let app = after(REPORT - 1);
    // The step makes a table and then an index of this name.
    app.db().execute("create table report_by_tenant (id text)");
    let before = app.db().schema();

    app.operator().request("POST", "/internal/migrate").send().problem(500, "internal");

    assert_eq!(app.db().schema(), before);
    assert_eq!(recorded(&app), up_to(REPORT - 1));
    let health = app.request("GET", "/health").send().expect(503).json();
    assert_eq!(health["database"], "not-migrated");

    app.db().execute("drop table report_by_tenant");
    let steps: Vec<u32> = (REPORT..=NEWEST).collect();
    assert_eq!(migrate(&app)["applied"], json!(steps));
    assert_eq!(app.db().schema(), App::start().db().schema());
}
