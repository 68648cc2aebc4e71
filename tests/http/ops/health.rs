//! `GET /health`, `GET /health/live`, `GET /health/ready`

use insula_tests::support::{App, Options};
use serde_json::{Value, json};

/// An application whose database does not answer.
fn without_database() -> App {
    App::with(Options {
        migrated: false,
        settings: |settings| {
            let variables = [
                ("database_url", "postgresql://insula:a-database-password@127.0.0.1:9/insula"),
                ("database_host", "127.0.0.1:9"),
            ];
            settings.variables.extend(variables.map(|(name, value)| (name.to_owned(), value.to_owned())));
        },
        ..Options::default()
    })
}

fn newest() -> usize {
    insula_migrations::STEPS.len()
}

#[test]
fn all_is_well_when_the_database_is_there_and_migrated() {
    let app = App::start();
    for path in ["/health", "/health/ready"] {
        let answer = app.request("GET", path).send().expect(200);
        let version = env!("CARGO_PKG_VERSION");
        let expected = json!({ "status": "ok", "database": "ok", "schema": newest(), "version": version });
        assert_eq!(answer.json(), expected);
        assert_eq!(answer.header("cache-control"), "no-store");
    }
}

#[test]
fn an_unmigrated_database_is_degraded_until_it_is_migrated() {
    let app = App::with(Options { migrated: false, ..Options::default() });
    for path in ["/health", "/health/ready"] {
        let body = app.request("GET", path).send().expect(503).json();
        assert_eq!(
            (&body["status"], &body["database"], &body["schema"]),
            (&json!("degraded"), &json!("not-migrated"), &json!(0))
        );
    }
    let _ = app.operator().request("POST", "/internal/migrate").send().expect(200);
    let _ = app.request("GET", "/health").send().expect(200);
}

#[test]
fn without_a_database_the_process_lives_and_is_not_ready() {
    let app = without_database();

    let live = app.request("GET", "/health/live").send().expect(200);

    assert_eq!(live.json(), json!({ "status": "ok" }));
    for path in ["/health", "/health/ready"] {
        let body = app.request("GET", path).send().expect(503).json();
        assert_eq!((&body["status"], &body["database"]), (&json!("degraded"), &json!("unreachable")));
        assert_eq!(body["schema"], Value::Null);
    }
    for path in ["/problems", "/docs", "/openapi.json", "/.well-known/openid-configuration"] {
        let _ = app.request("GET", path).send().expect(200);
    }
}

/// Whoever calls learns that it is our fault and when to come back; where the database is, only the operator knows.
#[test]
fn without_a_database_calls_are_unavailable_and_nothing_internal_is_told() {
    let app = without_database();
    let body = json!({ "email": "ada@example.com", "password": "correct horse battery staple" });
    for request in [
        app.request("POST", "/api/v1/auth/register").json(&body),
        app.request("POST", "/api/v1/auth/login").json(&body),
        app.request("GET", "/api/v1/usage").bearer("a.b.c"),
        app.request("GET", "/api/v1/tenants").bearer("a.b.c"),
        app.operator().request("POST", "/internal/tick"),
        app.operator().request("POST", "/internal/migrate"),
    ] {
        let answer = request.send();
        let problem = answer.problem(503, "unavailable");
        assert!(answer.header("retry-after").parse::<u32>().unwrap() >= 1, "{answer}");
        assert!(problem["trace_id"].as_str().is_some_and(|id| !id.is_empty()), "{answer}");
        for internal in ["127.0.0.1", "postgres", "insula:a", "refused", "password"] {
            assert!(!answer.text().contains(internal), "{internal} in {answer}");
        }
    }
    let log = app.log();
    assert!(log.iter().any(|line| line.contains("request failed")), "{log:?}");
    assert!(!log.iter().any(|line| line.contains("a-database-password")), "{log:?}");
}
