//! `/api/v1/tenants/{tenant_id}/limits`: what a tenant may, where that isn't only what its plan says.

use std::time::Duration;

use insula_tests::support::{Answer, App, Caller, Person, at_once, eight_at_once};
use serde_json::{Value, json};

fn path(person: &Person<'_>, subject: &str) -> String {
    format!("/api/v1/tenants/{}/limits/{subject}", person.tenant_id)
}

fn put(caller: &Caller<'_>, path: &str, rate_limit: &str) -> Answer {
    caller.request("PUT", path).json(&json!({ "rate_limit": rate_limit })).send()
}

/// A key and its id.
fn key<'a>(app: &'a App, ada: &Person<'_>, body: &Value) -> (String, Caller<'a>) {
    let made = ada.post("/api/v1/api-keys", body).send().expect(201).json();
    (made["id"].as_str().unwrap().to_owned(), app.caller(made["key"].as_str().unwrap()))
}

/// How many calls are let in at once, and by whose limit the next one is refused.
fn let_in(key: &Caller<'_>, path: &str) -> (usize, String) {
    let mut count = 0;
    loop {
        let answer = key.get(path).send();
        if answer.status == 429 {
            return (count, answer.problem(429, "rate-limited")["policy"].as_str().unwrap().to_owned());
        }
        let _ = answer.expect(200);
        count += 1;
    }
}

fn by(count: usize, policy: &str) -> (usize, String) {
    (count, policy.to_owned())
}

#[test]
fn what_is_set_is_told_with_what_counts() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    app.db().execute("update plan set requests_per_minute = 10, burst = 20 where name = 'free'");
    app.db().execute("delete from endpoint_limit");
    app.db().execute("insert into endpoint_limit values ('free', 'analyze', 10, 60000)");
    let plan = json!({ "rate_limit": "10/minute", "burst": 20 });

    let body = json!({ "rate_limit": "100/minute", "burst": 200 });
    let set = app.operator().request("PUT", &path(&ada, "all")).json(&body).send().expect(200);
    let own = put(&ada, &path(&ada, "all"), "50/minute").expect(200);

    assert_eq!(
        set.json(),
        json!({ "subject": "all", "plan": plan, "operator": body, "own": null, "effective": body })
    );
    let fifty = json!({ "rate_limit": "50/minute", "burst": 50 });
    assert_eq!(
        own.json(),
        json!({ "subject": "all", "plan": plan, "operator": body, "own": fifty, "effective": fifty })
    );
    let list = ada.get(&format!("/api/v1/tenants/{}/limits", ada.tenant_id)).send().expect(200).json();
    let ten = json!({ "rate_limit": "10/minute", "burst": 10 });
    let analyze =
        json!({ "subject": "analyze", "plan": ten, "operator": null, "own": null, "effective": ten });
    assert_eq!(list, json!({ "items": [own.json(), analyze] }));
    let one = ada.get(&path(&ada, "all")).send().expect(200);
    assert_eq!((one.json(), one.header("etag")), (own.json(), own.header("etag")));
    ada.get(&path(&ada, "list_reports")).send().problem(404, "not-found");
}

#[test]
fn a_tenant_binds_itself_from_the_next_call_on_and_frees_itself_again() {
    let app = App::start();
    let ada = app.person("ada");
    let key = ada.key(&["read"]);
    let _ = put(&ada, &path(&ada, "all"), "3/minute").expect(200);
    // A bucket that was full for more is full for less.
    assert_eq!(let_in(&key, "/api/v1/usage"), by(3, "rate"));

    app.advance(Duration::from_secs(600));
    let _ = ada.request("DELETE", &path(&ada, "all")).send().expect(204);
    assert_eq!(let_in(&key, "/api/v1/usage"), by(20, "rate"));
    ada.request("DELETE", &path(&ada, "all")).send().problem(404, "not-found");
    assert_eq!(app.db().number("select count(*) from tenant_limit"), 0);
    assert_eq!(app.db().number("select count(*) from tenant where limited = 1"), 0);
}

#[test]
fn a_tenant_does_not_raise_its_own_limits() {
    let app = App::start();
    let ada = app.person("ada");
    for limit in ["11/minute", "1000000/minute"] {
        put(&ada, &path(&ada, "all"), limit).invalid("/rate_limit", "exceeds-plan");
    }
    let body = json!({ "rate_limit": "1/minute", "burst": 21 });
    let burst = ada.request("PUT", &path(&ada, "all")).json(&body).send();
    burst.invalid("/rate_limit", "exceeds-plan");
    for limit in ["11/minute", "10/second", "601/hour"] {
        put(&ada, &path(&ada, "analyze"), limit).invalid("/rate_limit", "exceeds-plan");
    }
    let (id, _) = key(&app, &ada, &json!({ "name": "x", "scopes": ["read"], "rate_limit": "1/hour" }));
    put(&ada, &path(&ada, &id), "1000/second").problem(403, "forbidden");
    assert_eq!(app.db().number("select count(*) from tenant_limit"), 0);
}

/// What was set under a larger plan frees nobody under a smaller one.
#[test]
fn a_tenants_own_limit_counts_only_within_the_present_plan() {
    let app = App::start();
    let ada = app.person("ada");
    let key = ada.key(&["read"]);
    app.db().execute("update tenant set plan = 'enterprise'");
    let _ = put(&ada, &path(&ada, "all"), "500/minute").expect(200);
    app.db().execute("update tenant set plan = 'free'");
    let limit = ada.get(&path(&ada, "all")).send().expect(200).json();
    assert_eq!(limit["effective"], limit["plan"]);
    assert_eq!(let_in(&key, "/api/v1/usage"), by(20, "rate"));
}

#[test]
fn the_operator_lets_a_tenant_do_more_than_its_plan() {
    let app = App::start();
    let ada = app.person("ada");
    let key = ada.key(&["read"]);
    let _ = put(&app.operator(), &path(&ada, "all"), "30/minute").expect(200);
    let answer = key.get("/api/v1/usage").send().expect(200);
    assert!(answer.header("ratelimit-policy").starts_with("\"rate\";q=30;w=60"), "{answer}");
    assert_eq!(let_in(&key, "/api/v1/usage"), by(29, "rate"));
    // Nobody else's.
    assert_eq!(let_in(&app.person("bob").key(&["read"]), "/api/v1/usage"), by(20, "rate"));
}

#[test]
fn an_operation_or_a_key_that_the_operator_lets_go_draws_nothing_from_the_plans_bucket() {
    let app = App::start();
    let ada = app.person("ada");
    let operator = app.operator();
    let limited = json!({ "name": "x", "scopes": ["read"], "rate_limit": "1000/hour" });
    let (id, fast) = key(&app, &ada, &limited);
    let slow = ada.key(&["read"]);
    assert_eq!(let_in(&fast, "/api/v1/usage"), by(20, "rate"), "its own limit is above the plan's");

    let _ = put(&operator, &path(&ada, &id), "40/hour").expect(200);
    let answer = fast.get("/api/v1/usage").send().expect(200);
    assert!(answer.header("ratelimit-policy").starts_with("\"key\";q=40;w=3600"), "{answer}");
    assert_eq!(let_in(&fast, "/api/v1/usage"), by(39, "key"));
    assert_eq!(let_in(&slow, "/api/v1/usage"), by(0, "rate"), "and the others have what they had");

    let _ = put(&operator, &path(&ada, "get_usage"), "25/day").expect(200);
    assert_eq!(let_in(&slow, "/api/v1/usage"), by(25, "endpoint"));
    assert_eq!(let_in(&slow, "/api/v1/reports"), by(0, "rate"));
    // A tenant's own within the operator's.
    app.advance(Duration::from_secs(86_400));
    let ada = Person { caller: app.log_in(&ada.email), ..ada };
    let change = json!({ "rate_limit": "2/hour" });
    let _ = ada.request("PATCH", &format!("/api/v1/api-keys/{id}")).json(&change).send().expect(200);
    assert_eq!(let_in(&fast, "/api/v1/reports"), by(2, "key"));
}

#[test]
fn a_key_that_shares_a_limit_shares_what_the_operator_set_for_it() {
    let app = App::start();
    let ada = app.person("ada");
    let limited = json!({ "name": "x", "scopes": ["read", "admin"], "rate_limit": "5/hour" });
    let (_, first) = key(&app, &ada, &limited);
    let child = first.post("/api/v1/api-keys", &json!({ "name": "child", "scopes": ["read"] })).send();
    let child = child.expect(201).json();
    let (id, text) = (child["id"].as_str().unwrap(), child["key"].as_str().unwrap());
    let _ = app
        .operator()
        .request("PUT", &path(&ada, id))
        .json(&json!({ "rate_limit": "4/day" }))
        .send()
        .expect(200);
    assert_eq!(let_in(&app.caller(text), "/api/v1/usage"), by(4, "key"));
    assert_eq!(let_in(&first, "/api/v1/usage"), by(0, "key"));
}

#[test]
fn of_calls_at_once_an_operators_limit_lets_in_exactly_what_it_holds() {
    let app = App::start();
    let ada = app.person("ada");
    let (id, fast) = key(&app, &ada, &json!({ "name": "x", "scopes": ["read"] }));
    let _ = put(&app.operator(), &path(&ada, &id), "33/day").expect(200);
    let statuses = at_once(64, |_| fast.get("/api/v1/usage").send().status);
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 33);
    assert_eq!(let_in(&ada.key(&["read"]), "/api/v1/usage"), by(20, "rate"));
}

#[test]
fn an_admin_tightens_what_an_owner_set_and_loosens_only_its_own() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let admin = app.member(&ada, "admin");
    let all = path(&ada, "all");
    let _ = put(&admin, &all, "500/minute").expect(200);
    let _ = put(&admin, &all, "600/minute").expect(200);
    let _ = put(&ada, &all, "400/minute").expect(200);
    put(&admin, &all, "401/minute").problem(403, "forbidden");
    admin.request("DELETE", &all).send().problem(403, "forbidden");
    // Binding it tighter doesn't make it the admin's.
    let _ = put(&admin, &all, "300/minute").expect(200);
    put(&admin, &all, "301/minute").problem(403, "forbidden");
    admin.request("DELETE", &all).send().problem(403, "forbidden");
    let _ = put(&ada, &all, "450/minute").expect(200);
    let _ = ada.request("DELETE", &all).send().expect(204);
}

/// Protects a limit from what it limits: neither a key nor a stranger touches it.
#[test]
fn keys_and_strangers_set_and_lift_nothing() {
    let app = App::start().without_limits();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let all = path(&ada, "all");
    let _ = put(&ada, &all, "5000/minute").expect(200);
    let before = app.db().rows("select * from tenant_limit");
    let full = ada.key(&["read", "write", "admin", "billing"]);
    for method in ["PUT", "DELETE"] {
        let send = |caller: &Caller<'_>, path: &str| {
            let request = caller.request(method, path);
            if method == "PUT" { request.json(&json!({ "rate_limit": "1/minute" })) } else { request }.send()
        };
        send(&full, &all).problem(403, "forbidden");
        send(&bob, &all).problem(404, "not-found");
        send(&app.member(&ada, if method == "PUT" { "analyst" } else { "viewer" }), &all)
            .problem(403, "forbidden");
        let absent = "/api/v1/tenants/ten_01h455vb4pex5vsknk084sn02q/limits/all";
        send(&app.operator(), absent).problem(404, "not-found");
    }
    bob.get(&all).send().problem(404, "not-found");
    // Of a key of another tenant there is nothing to set.
    let (theirs, _) = key(&app, &bob, &json!({ "name": "x", "scopes": ["read"] }));
    put(&app.operator(), &path(&ada, &theirs), "1/minute").problem(404, "not-found");
    put(&app.operator(), &path(&ada, "key_01h455vb4pex5vsknk084sn02q"), "1/minute").problem(404, "not-found");
    assert_eq!(app.db().rows("select * from tenant_limit"), before);
}

#[test]
fn only_the_version_that_is_named_is_changed() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let one = path(&ada, "list_reports");
    let put = |tag: &str, limit: &str| {
        ada.request("PUT", &one).header("if-match", tag).json(&json!({ "rate_limit": limit })).send()
    };
    put("*", "5/minute").problem(412, "stale");
    put("\"0\"", "5/minute").problem(412, "stale");
    let made = ada.request("PUT", &one).json(&json!({ "rate_limit": "5/minute" })).send().expect(200);
    let changed = put(made.header("etag"), "6/minute").expect(200);
    put(made.header("etag"), "7/minute").problem(412, "stale");
    let same = ada.get(&one).header("if-none-match", changed.header("etag")).send();
    assert_eq!(same.status, 304);
}

#[test]
fn of_eight_at_once_each_subject_has_one_row_and_the_hundred_and_first_is_refused() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let rows: Vec<String> =
        (0..97).map(|at| format!("('{}', 'op_{at}', 5, 1000, 5, 'owner', 1)", ada.tenant_id)).collect();
    app.db().execute(&format!(
        "insert into tenant_limit (tenant_id, subject, own_calls, own_window_ms, own_burst, own_role, version)
         values {}",
        rows.join(", ")
    ));
    let answers = eight_at_once(|number| put(&ada, &path(&ada, &format!("new_{number}")), "5/minute"));
    let done = answers.iter().filter(|answer| answer.status == 200).count();
    for answer in answers.iter().filter(|answer| !matches!(answer.status, 200 | 503)) {
        assert_eq!(answer.problem(409, "limits-limit")["limit"], 100);
    }
    assert!(done <= 3, "{answers:?}");
    assert_eq!(app.db().number("select count(*) from tenant_limit"), 97 + i64::try_from(done).unwrap());
    let answer = put(&app.operator(), &path(&ada, "all"), "100000/minute");
    assert_eq!(answer.status, 200, "a tenant can't keep the operator from limiting it: {answer}");
    let same = eight_at_once(|number| put(&ada, &path(&ada, "op_1"), &format!("{}/second", number % 5 + 1)));
    assert!(same.iter().all(|answer| matches!(answer.status, 200 | 503)), "{same:?}");
    assert_eq!(app.db().number("select count(*) from tenant_limit where subject = 'op_1'"), 1);
}

/// Who is gone has nothing left, and nobody would remove what came later.
#[test]
fn nobody_sets_limits_of_a_tenant_that_goes_or_is_gone() {
    let app = App::start();
    let ada = app.person("ada");
    let _ = put(&app.operator(), &path(&ada, "get_usage"), "1/minute").expect(200);
    for state in ["deprovisioning", "deleted"] {
        app.db().execute(&format!("update tenant set state = '{state}' where id = '{}'", ada.tenant_id));
        let before = app.db().dump();
        put(&app.operator(), &path(&ada, "all"), "1/minute").problem(403, "tenant-suspended");
        let lift = app.operator().request("DELETE", &path(&ada, "get_usage")).send();
        lift.problem(403, "tenant-suspended");
        assert_eq!(app.db().dump(), before, "{state}");
    }
    app.db().execute("update tenant set state = 'suspended'");
    let _ = put(&app.operator(), &path(&ada, "all"), "1/minute").expect(200);
}
