//! What a caller is told about its limits.

use std::time::Duration;

use insula_tests::support::App;

#[test]
fn a_burst_is_admitted_and_then_one_call_every_six_seconds() {
    let app = App::start();
    let key = app.person("ada").key(&["read"]);
    for left in (0..20).rev() {
        let answer = key.get("/api/v1/usage").send().expect(200);
        assert!(answer.header("ratelimit").starts_with(&format!("\"rate\";r={left};t=")), "{answer}");
        assert!(answer.header("ratelimit-policy").starts_with("\"rate\";q=20;w=120"), "{answer}");
    }

    let refused = key.get("/api/v1/usage").send();
    let problem = refused.problem(429, "rate-limited");
    assert_eq!(refused.header("retry-after"), "6");
    assert_eq!(problem["retry_after"], 6);
    assert_eq!(problem["reset_at"], "2030-01-01T00:00:06Z");
    assert!(refused.header("ratelimit").starts_with("\"rate\";r=0;t="), "{refused}");

    app.advance(Duration::from_millis(5_999));
    let still = key.get("/api/v1/usage").send();
    still.problem(429, "rate-limited");
    assert_eq!(still.header("retry-after"), "1");

    app.advance(Duration::from_millis(1));
    let _ = key.get("/api/v1/usage").send().expect(200);
    key.get("/api/v1/usage").send().problem(429, "rate-limited");
}

#[test]
fn metered_calls_end_at_the_quota_until_midnight_while_the_others_go_on() {
    let app = App::start();
    let key = app.person("ada").key(&["read"]);
    app.advance(Duration::from_secs(3_600));
    for _ in 0..100 {
        let _ = key.get("/api/v1/reports").send().expect(200);
        app.advance(Duration::from_secs(6));
    }

    let refused = key.get("/api/v1/reports").send();
    let problem = refused.problem(429, "quota-exceeded");
    assert_eq!(problem["metric"], "api_calls");
    assert_eq!((&problem["limit"], &problem["used"]), (&100.into(), &100.into()));
    assert_eq!(problem["reset_at"], "2030-01-02T00:00:00Z");
    assert_eq!(refused.header("retry-after"), (86_400 - 3_600 - 600).to_string());
    let usage = key.get("/api/v1/usage").send().expect(200).json();
    assert_eq!(usage["metrics"]["api_calls"]["remaining"], 0);

    app.advance(Duration::from_secs(86_400 - 3_600 - 600));
    let _ = key.get("/api/v1/reports").send().expect(200);
}

#[test]
fn a_program_that_uses_up_everything_can_still_be_stopped_by_its_owner() {
    let app = App::start();
    let ada = app.person("ada");
    let made = ada
        .post("/api/v1/api-keys", &serde_json::json!({ "name": "x", "scopes": ["read"] }))
        .send()
        .expect(201);
    let key = app.caller(made.json()["key"].as_str().unwrap());
    while key.get("/api/v1/reports").send().status == 200 {}

    let _ = ada
        .request("DELETE", &format!("/api/v1/api-keys/{}", made.json()["id"].as_str().unwrap()))
        .send()
        .expect(204);

    key.get("/api/v1/reports").send().problem(401, "unauthenticated");
}
