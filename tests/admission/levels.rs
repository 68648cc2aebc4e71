//! Limits of the plan, of an endpoint and of a key: the tightest decides, and what is refused takes nothing from any.

use std::time::Duration;

use insula_tests::support::{App, Caller, Form, Person, at_once};
use serde_json::json;

/// A key with a limit of its own.
fn key<'a>(app: &'a App, ada: &Person<'_>, rate_limit: &str) -> Caller<'a> {
    let body = json!({ "name": "x", "scopes": ["read", "analyze"], "rate_limit": rate_limit });
    let made = ada.post("/api/v1/api-keys", &body).send().expect(201).json();
    app.caller(made["key"].as_str().unwrap())
}

fn limit_endpoint(app: &App, operation: &str, calls: i64, window_ms: i64) {
    app.db().execute(&format!(
        "insert into endpoint_limit (plan, operation, calls, window_ms)
         values ('free', '{operation}', {calls}, {window_ms})"
    ));
}

#[test]
fn every_limit_that_applies_is_told_and_the_tightest_refuses() {
    let app = App::start();
    let ada = app.person("ada");
    let key = key(&app, &ada, "3/hour");
    limit_endpoint(&app, "list_reports", 5, 60_000);

    let answer = key.get("/api/v1/reports").send().expect(200);
    assert_eq!(
        answer.header("ratelimit-policy"),
        "\"rate\";q=20;w=120, \"endpoint\";q=5;w=60, \"key\";q=3;w=3600, \"api_calls\";q=100;w=86400"
    );
    assert_eq!(
        answer.header("ratelimit"),
        "\"rate\";r=19;t=6, \"endpoint\";r=4;t=12, \"key\";r=2;t=1200, \"api_calls\";r=99;t=86400"
    );
    for _ in 0..2 {
        let _ = key.get("/api/v1/usage").send().expect(200);
    }

    let refused = key.get("/api/v1/reports").send();
    let problem = refused.problem(429, "rate-limited");
    assert_eq!(
        (&problem["policy"], &problem["limit"], &problem["used"]),
        (&json!("key"), &json!(3), &json!(3))
    );
    assert_eq!(refused.header("retry-after"), "1200");
    assert_eq!(
        refused.header("ratelimit"),
        "\"rate\";r=17;t=18, \"endpoint\";r=4;t=12, \"key\";r=0;t=3600, \"api_calls\";r=99;t=86400",
        "a refused call takes nothing"
    );
    app.advance(Duration::from_millis(1_199_999));
    let still = key.get("/api/v1/usage").send();
    still.problem(429, "rate-limited");
    assert_eq!(still.header("retry-after"), "1");
    app.advance(Duration::from_millis(1));
    let _ = key.get("/api/v1/usage").send().expect(200);
}

#[test]
fn an_endpoints_limit_holds_for_that_endpoint_and_all_keys_of_the_tenant_together() {
    let app = App::start();
    let ada = app.person("ada");
    let (one, other) = (ada.key(&["read"]), ada.key(&["read"]));
    limit_endpoint(&app, "list_reports", 2, 60_000);
    for key in [&one, &other] {
        let _ = key.get("/api/v1/reports").send().expect(200);
    }
    let refused = one.get("/api/v1/reports").send();
    assert_eq!(refused.problem(429, "rate-limited")["policy"], "endpoint");
    assert_eq!(refused.header("retry-after"), "30");
    let _ = one.get("/api/v1/usage").send().expect(200);
    // A person has a bucket of its own, as with the plan's limit; and so has another tenant.
    for own in [&ada.caller, &app.person("bob").key(&["read"])] {
        for _ in 0..2 {
            let _ = own.get("/api/v1/reports").send().expect(200);
        }
        own.get("/api/v1/reports").send().problem(429, "rate-limited");
    }
    app.db().execute("delete from endpoint_limit where operation = 'list_reports'");
    let _ = one.get("/api/v1/reports").send().expect(200);
}

#[test]
fn a_free_tenant_analyses_ten_files_at_once() {
    let app = App::start();
    let key = app.person("ada").key(&["analyze"]);
    let analyze = || key.request("POST", "/api/v1/analyze").form(&Form::file("a,b\n1,2\n")).send();
    for _ in 0..10 {
        let _ = analyze().expect(201);
    }
    assert_eq!(analyze().problem(429, "rate-limited")["policy"], "endpoint");
    app.db().execute("update tenant set plan = 'professional'");
    let _ = analyze().expect(201);
}

#[test]
fn of_sixty_four_calls_at_once_each_limit_lets_in_exactly_what_it_holds_and_takes_nothing_else() {
    let app = App::start();
    let ada = app.person("ada");
    let (narrow, wide) = (key(&app, &ada, "5/day"), key(&app, &ada, "1000/day"));
    limit_endpoint(&app, "list_reports", 12, 86_400_000);

    let count = |key: &Caller<'_>, path: &str| {
        let statuses = at_once(64, |_| key.get(path).send().status);
        assert!(statuses.iter().all(|status| matches!(status, 200 | 429)), "{statuses:?}");
        statuses.iter().filter(|status| **status == 200).count()
    };
    // Five by the key; seven more by the endpoint; eight more by the plan, of whose twenty twelve are gone.
    assert_eq!(count(&narrow, "/api/v1/reports"), 5);
    assert_eq!(count(&wide, "/api/v1/reports"), 7);
    assert_eq!(count(&wide, "/api/v1/usage"), 8);
    assert_eq!(app.db().number("select used from usage_counter where metric = 'api_calls'"), 12);
}

#[test]
fn a_quota_that_is_used_up_takes_no_token_from_any_bucket() {
    let app = App::start();
    let ada = app.person("ada");
    let key = key(&app, &ada, "10/hour");
    limit_endpoint(&app, "list_reports", 10, 60_000);
    let _ = key.get("/api/v1/reports").send().expect(200);
    app.db().execute("update usage_counter set used = 100 where metric = 'api_calls'");
    let before = app.buckets();
    assert_eq!(before.len(), 4, "those of three limits, and that of Ada, who made the key");
    let refused = key.get("/api/v1/reports").send();
    refused.problem(429, "quota-exceeded");
    assert!(
        refused
            .header("ratelimit")
            .starts_with("\"rate\";r=19;t=6, \"endpoint\";r=9;t=6, \"key\";r=9;t=360,"),
        "{refused}"
    );
    assert_eq!(app.buckets(), before);
}

/// Protects a limit from calls that another limit refuses: what they would have found there is not kept for later.
#[test]
fn a_call_that_the_quota_refuses_keeps_nothing_of_a_rate_that_is_taken_back() {
    let app = App::start();
    let ada = app.person("ada");
    let body = json!({ "name": "x", "scopes": ["read"], "rate_limit": "2/hour" });
    let made = ada.post("/api/v1/api-keys", &body).send().expect(201);
    let key = app.caller(made.json()["key"].as_str().unwrap());
    let set = |limit: &str| {
        let body = json!({ "rate_limit": limit });
        let _ = ada.request("PATCH", made.header("location")).json(&body).send().expect(200);
    };
    for _ in 0..2 {
        let _ = key.get("/api/v1/reports").send().expect(200);
    }
    app.db().execute("update usage_counter set used = 100 where metric = 'api_calls'");
    set("1000/hour");
    app.advance(Duration::from_secs(10));
    key.get("/api/v1/reports").send().problem(429, "quota-exceeded");
    set("2/hour");
    let refused = key.get("/api/v1/usage").send();
    refused.problem(429, "rate-limited");
    assert_eq!(refused.header("retry-after"), "1790");
}

#[test]
fn a_limit_that_is_changed_counts_from_the_next_call_on() {
    let app = App::start();
    let ada = app.person("ada");
    let body = json!({ "name": "x", "scopes": ["read"], "rate_limit": "2/hour" });
    let made = ada.post("/api/v1/api-keys", &body).send().expect(201);
    let key = app.caller(made.json()["key"].as_str().unwrap());
    let set = |limit: serde_json::Value| {
        let _ = ada
            .request("PATCH", made.header("location"))
            .json(&json!({ "rate_limit": limit }))
            .send()
            .expect(200);
    };
    for _ in 0..2 {
        let _ = key.get("/api/v1/usage").send().expect(200);
    }
    key.get("/api/v1/usage").send().problem(429, "rate-limited");
    // More calls in the same window don't refill what was used.
    set(json!("3/hour"));
    assert_eq!(key.get("/api/v1/usage").send().problem(429, "rate-limited")["policy"], "key");
    set(json!(null));
    let _ = key.get("/api/v1/usage").send().expect(200);
    set(json!("1/second"));
    let _ = key.get("/api/v1/usage").send().expect(200);
    key.get("/api/v1/usage").send().problem(429, "rate-limited");
}

#[test]
fn a_limit_above_the_plans_lets_in_no_more_than_the_plan() {
    let app = App::start();
    let key = key(&app, &app.person("ada"), "1000000/second");
    for _ in 0..20 {
        let _ = key.get("/api/v1/usage").send().expect(200);
    }
    assert_eq!(key.get("/api/v1/usage").send().problem(429, "rate-limited")["policy"], "rate");
}
