//! A database that is older than the components.

use insula_kit::route::Access;
use insula_tests::routes::groups;
use insula_tests::support::{App, Options};
use serde_json::json;

#[test]
fn components_say_that_the_database_is_not_migrated_until_the_operator_migrates_it() {
    let app = App::with(Options { migrated: false, ..Options::default() });
    let body = json!({ "email": "ada@example.com", "password": "correct horse battery staple" });
    for request in [
        app.request("POST", "/api/v1/auth/register").json(&body),
        app.request("POST", "/api/v1/auth/login").json(&body),
        app.request("GET", "/api/v1/usage").bearer("a.b.c"),
        app.request("GET", "/api/v1/reports").bearer("a.b.c"),
    ] {
        let answer = request.send();
        answer.problem(503, "not-migrated");
        assert!(!answer.header("retry-after").is_empty());
    }
    let health = app.request("GET", "/health").send().expect(503).json();
    assert_eq!(health["database"], "not-migrated");

    let done = app.operator().request("POST", "/internal/migrate").send().expect(200).json();

    assert_eq!(done["applied"].as_array().unwrap().len(), insula_migrations::STEPS.len());
    let _ = app.request("POST", "/api/v1/auth/register").json(&body).send().expect(201);
    assert_eq!(app.request("GET", "/health").send().expect(200).json()["status"], "ok");
    let again = app.operator().request("POST", "/internal/migrate").send().expect(200).json();
    assert_eq!(again["applied"], json!([]));
}

/// Protects a cluster whose new components come before their migration: each of them waits for it, and none fails half-way.
#[test]
fn every_route_that_asks_who_is_calling_waits_for_the_newest_step() {
    let app = App::with(Options { migrated: false, ..Options::default() });
    app.db().take_steps(insula_migrations::newest() - 1);
    let mut asked = 0;
    for route in groups().iter().flat_map(|group| &group.routes) {
        if matches!(route.access, Access::Public | Access::Operator) {
            continue;
        }
        let segments =
            route.path.split('/').map(|segment| if segment.starts_with('{') { "x" } else { segment });
        let path = segments.collect::<Vec<_>>().join("/");
        let answer = app.request(route.method.as_str(), &path).bearer("a.b.c").send();
        answer.problem(503, "not-migrated");
        assert!(!answer.header("retry-after").is_empty(), "{answer}");
        asked += 1;
    }
    assert!(asked > 30, "{asked}");
}

#[test]
fn runners_at_once_do_each_step_once() {
    let app = App::with(Options { migrated: false, ..Options::default() });
    let applied: usize = std::thread::scope(|scope| {
        let run = || app.operator().request("POST", "/internal/migrate").send().expect(200).json();
        let runs: Vec<_> = (0..6).map(|_| scope.spawn(run)).collect();
        runs.into_iter().map(|run| run.join().unwrap()["applied"].as_array().unwrap().len()).sum()
    });
    // Two runners may both report a step that one of them found done while it waited for the lock.
    assert!(applied >= insula_migrations::STEPS.len());
    assert_eq!(
        app.db().number("select count(*) from schema_migration"),
        i64::try_from(insula_migrations::STEPS.len()).unwrap()
    );
}
