//! `/api/v1/plans`: what tenants may use, by the name of their plan.

use insula_tests::support::{App, eight_at_once};
use serde_json::{Value, json};

const FREE: &str = "/api/v1/plans/free";

fn terms() -> Value {
    json!({
        "requests_per_minute": 7, "burst": 9, "max_users": null,
        "quotas": [{ "metric": "api_calls", "quota": 3 }],
        "endpoint_limits": [{ "operation": "list_reports", "rate_limit": "2/hour" }],
    })
}

#[test]
fn everybody_who_is_logged_in_reads_the_catalogue() {
    let app = App::start();
    let ada = app.person("ada");
    let free = json!({
        "name": "free", "requests_per_minute": 10, "burst": 20, "max_users": 1,
        "quotas": [{ "metric": "api_calls", "quota": 100 }, { "metric": "rows_analyzed", "quota": 10_000 }],
        "endpoint_limits": [{ "operation": "analyze", "rate_limit": "10/minute" }],
    });
    for caller in [&ada.caller, &app.operator()] {
        let all = caller.get("/api/v1/plans").send().expect(200).json();
        let names: Vec<_> = all["items"].as_array().unwrap().iter().map(|plan| &plan["name"]).collect();
        assert_eq!(names, ["enterprise", "free", "professional"]);
        assert_eq!(all["items"][1], free);
        assert_eq!(caller.get(FREE).send().expect(200).json(), free);
    }
    ada.get("/api/v1/plans/absent").send().problem(404, "not-found");
    app.request("GET", FREE).send().problem(401, "unauthenticated");
}

#[test]
fn a_change_counts_from_the_next_call_on() {
    let app = App::start();
    let key = app.person("ada").key(&["read"]);
    let set = app.operator().request("PUT", FREE).json(&terms()).send().expect(200).json();
    let mut expected = terms();
    expected["name"] = json!("free");
    assert_eq!(set, expected);

    let answer = key.get("/api/v1/reports").send().expect(200);
    assert_eq!(
        answer.header("ratelimit-policy"),
        "\"rate\";q=9;w=78, \"endpoint\";q=2;w=3600, \"api_calls\";q=3;w=86400"
    );
}

#[test]
fn a_new_plan_is_made_and_an_unknown_metric_makes_none() {
    let app = App::start();
    let operator = app.operator();
    let mut bad = terms();
    bad["quotas"][0]["metric"] = json!("nonsense");
    let before = app.db().dump();
    operator.request("PUT", "/api/v1/plans/team").json(&bad).send().invalid("/quotas/0/metric", "unknown");
    operator.request("PUT", FREE).json(&bad).send().invalid("/quotas/0/metric", "unknown");
    operator.request("PUT", "/api/v1/plans/No").json(&terms()).send().problem(404, "not-found");
    for (field, value) in [("requests_per_minute", 0), ("burst", 1_000_000), ("max_users", 0)] {
        let mut bad = terms();
        bad[field] = json!(value);
        operator.request("PUT", FREE).json(&bad).send().invalid(&format!("/{field}"), "range");
    }
    assert_eq!(app.db().dump(), before);

    let _ = operator.request("PUT", "/api/v1/plans/team").json(&terms()).send().expect(200);
    assert_eq!(app.db().number("select count(*) from plan"), 4);
}

#[test]
fn of_changes_at_once_a_plan_is_one_of_them_whole() {
    let app = App::start();
    let answers = eight_at_once(|number| {
        let number = number + 1;
        let body = json!({
            "requests_per_minute": number, "burst": number, "quotas": [{ "metric": "api_calls", "quota": number }],
            "endpoint_limits": [{ "operation": "analyze", "rate_limit": format!("{number}/hour") }],
        });
        app.operator().request("PUT", FREE).json(&body).send()
    });
    assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 503)), "{answers:?}");
    let plan = app.operator().get(FREE).send().expect(200).json();
    let number = plan["burst"].as_i64().unwrap();
    assert_eq!(plan["requests_per_minute"], number);
    assert_eq!(plan["quotas"], json!([{ "metric": "api_calls", "quota": number }]));
    let limit = format!("{number}/hour");
    assert_eq!(plan["endpoint_limits"], json!([{ "operation": "analyze", "rate_limit": limit }]));
}

#[test]
fn only_the_operator_changes_a_plan_and_only_the_version_that_it_names() {
    let app = App::start();
    let ada = app.person("ada");
    ada.request("PUT", FREE).json(&terms()).send().problem(403, "forbidden");
    ada.key(&["admin", "billing"]).request("PUT", FREE).json(&terms()).send().problem(403, "forbidden");
    let operator = app.operator();
    let present = operator.get(FREE).send().expect(200);
    let put = |tag: &str| operator.request("PUT", FREE).header("if-match", tag).json(&terms()).send();
    let changed = put(present.header("etag")).expect(200);
    put(present.header("etag")).problem(412, "stale");
    let _ = put(changed.header("etag")).expect(200);
    let new = operator.request("PUT", "/api/v1/plans/new").header("if-match", "*").json(&terms()).send();
    new.problem(412, "stale");
}
