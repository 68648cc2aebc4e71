//! The log: a line for every request, and in no line anything that is a secret or somebody's.

use insula_tests::support::{App, Caller, Form};
use serde_json::{Value, json};

use crate::http::auth::{PASSWORD, login, register};

/// What the log must not show, under a name for the message.
type Secrets = Vec<(&'static str, String)>;

#[track_caller]
fn assert_unseen(app: &App, secrets: &Secrets) {
    for line in app.log() {
        for (name, secret) in secrets {
            assert!(secret.len() > 3 && !line.contains(secret.as_str()), "{name} in {line}");
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// Everything that somebody does on the first day, what goes wrong included; returns what is nobody else's business.
fn journey(app: &App) -> Secrets {
    let token = arrival(app);
    let ada = app.caller(&token);
    let body = json!({ "name": "a private name", "scopes": ["analyze", "read"] });
    let made =
        ada.post("/api/v1/api-keys", &body).header("idempotency-key", "idempotent-4711").send().expect(201);
    let made = made.json();
    let key = app.caller(made["key"].as_str().unwrap());
    let report_id = analyses(&key);
    let _ = key.get("/api/v1/usage").send().expect(200);
    let session =
        login(app, &json!({ "email": "ada.lovelace@example.com", "password": PASSWORD })).expect(200).json();
    let next = app
        .request("POST", "/api/v1/auth/refresh")
        .json(&json!({ "refresh_token": session["refresh_token"] }));
    let next = next.send().expect(200).json();
    let refresh_tokens = [text(&session["refresh_token"]), text(&next["refresh_token"])];
    let caller = app.caller(next["access_token"].as_str().unwrap());
    let _ = caller.post("/api/v1/auth/switch", &json!({ "tenant_id": next["tenant_id"] })).send().expect(200);
    let _ = caller.post("/api/v1/auth/logout", &json!({})).send().expect(204);
    let spoilt = app.caller(&format!("{token}x")).get("/api/v1/auth/me?probe=cholera").send();
    spoilt.problem(401, "unauthenticated");
    app.request("GET", &format!("/lost/{token}")).send().problem(404, "not-found");
    let _ = app.operator().request("POST", "/internal/tick").send().expect(200);

    let mut secrets: Secrets = PRIVATE.iter().map(|(name, secret)| (*name, (*secret).to_owned())).collect();
    for token in refresh_tokens {
        secrets.push(("the refresh token's digest", insula_domain::credential::digest(&token)));
        secrets.push(("the refresh token", token));
    }
    secrets.extend([
        ("the signature", token.rsplit('.').next().unwrap().to_owned()),
        ("the token's digest", insula_domain::credential::digest(&token)),
        ("the token", token),
        ("the key's secret", key.credential[key.credential.len() - 52..].to_owned()),
        ("the key", key.credential),
        ("the key's id", text(&made["id"])),
        ("the operator's key", app.operator().credential),
        ("the report's id", report_id),
    ]);
    secrets
}

/// What the journey sends.
const PRIVATE: [(&str, &str); 13] = [
    ("the address", "lovelace"),
    ("the name", "Lovelace"),
    ("the address", "example.com"),
    ("the password", PASSWORD),
    ("the wrong password", "a wrong password"),
    ("the tenant's name", "Analytical"),
    ("the key's name", "a private name"),
    ("the idempotency key", "idempotent-4711"),
    ("the file's name", "patients"),
    ("the file", "cholera"),
    ("the column", "disease"),
    ("a hash", "argon2"),
    ("the query", "probe"),
];

/// Registers and logs in, both wrongly too; returns the token.
fn arrival(app: &App) -> String {
    let email = "Ada.Lovelace@example.com";
    let mut body = json!({ "email": email, "password": PASSWORD, "name": "Ada Lovelace" });
    body["tenant_name"] = "Analytical Engines".into();
    let _ = register(app, &body).expect(201);
    register(app, &body).problem(409, "email-taken");
    let wrong = json!({ "email": email, "password": "a wrong password" });
    login(app, &wrong).problem(401, "invalid-credentials");
    let right = json!({ "email": email, "password": PASSWORD });
    text(&login(app, &right).expect(200).json()["access_token"])
}

/// Analyses a file, and one that can't be; returns the report's id.
fn analyses(key: &Caller<'_>) -> String {
    let send = |content: &str| {
        let form = Form::default().part("name=\"file\"; filename=\"patients.csv\"", content);
        key.request("POST", "/api/v1/analyze").form(&form.text("label_column", "disease")).send()
    };
    let report = send("disease,cost\ncholera,1\ngout,2\n").expect(201);
    let _ = key.get(report.header("location")).send().expect(200);
    send("disease\n\"cholera\n").problem(422, "not-analyzable");
    text(&report.json()["id"])
}

#[test]
fn a_whole_journey_leaves_no_secret_in_the_log() {
    let app = App::start();

    let secrets = journey(&app);

    assert_unseen(&app, &secrets);
}

#[test]
fn every_request_has_a_line_with_its_route_as_a_pattern() {
    let app = App::start();
    let _ = journey(&app);
    let lines: Vec<Value> = app.log().iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    for (method, status, component) in
        [("POST", 201, "auth"), ("POST", 409, "auth"), ("POST", 201, "quality"), ("GET", 404, "ops")]
    {
        let found = lines.iter().find(|line| {
            line["method"] == method && line["status"] == status && line["component"] == component
        });
        let line = found.unwrap_or_else(|| panic!("no line of {method} {status} {component}: {lines:#?}"));
        assert!(line["route"].is_string() && line["latency_ms"].is_number(), "{line}");
        assert!(line["request_id"].as_str().is_some_and(|id| !id.is_empty()), "{line}");
    }
}

/// A database repeats values in its errors: `Key (name)=(Ada Lovelace) already exists`.
#[test]
fn a_failure_is_logged_with_the_trace_id_of_its_answer_and_without_the_values_of_the_statement() {
    let app = App::start();
    app.db().execute("create unique index odd on user_account (name)");
    let body = |email: &str| json!({ "email": email, "password": PASSWORD, "name": "Ada Lovelace" });
    let _ = register(&app, &body("one@example.com")).expect(201);

    let answer = register(&app, &body("other@example.com"));

    let problem = answer.problem(500, "internal");
    assert!(!answer.text().contains("odd") && !answer.text().contains("user_account"), "{answer}");
    let trace = text(&problem["trace_id"]);
    let log = app.log();
    let line = log.iter().find(|line| line.contains("request failed")).unwrap_or_else(|| panic!("{log:?}"));
    let line: Value = serde_json::from_str(line).unwrap();
    assert_eq!((&line["trace_id"], &line["level"]), (&json!(trace), &json!("error")));
    assert!(!line["cause"].as_array().unwrap().is_empty(), "{line}");
    assert_unseen(
        &app,
        &vec![("the name", "Lovelace".to_owned()), ("the address", "example.com".to_owned())],
    );
}

#[test]
fn a_traceparent_of_the_caller_is_the_trace_of_the_line_and_of_the_answer() {
    let app = App::start();
    let key = app.person("ada").key(&["read"]);
    app.db().execute("drop table report");
    for table in app.db().own_tables().keys() {
        app.db().execute(&format!("drop table {table}"));
    }
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let parent = format!("00-{trace}-00f067aa0ba902b7-01");

    let answer =
        key.get("/api/v1/reports").header("traceparent", &parent).header("x-request-id", "mine").send();

    assert_eq!(answer.problem(500, "internal")["trace_id"], trace);
    let lines: Vec<Value> = app.log().iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let own: Vec<&Value> = lines.iter().filter(|line| line["request_id"] == "mine").collect();
    assert!(own.len() >= 2 && own.iter().all(|line| line["trace_id"] == trace), "{own:#?}");
}
