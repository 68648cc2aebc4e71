//! Two servers on one PostgreSQL: limits hold for both together.

use insula_tests::journeys::{Backing, Client, Process, embedded};
use insula_tests::support::{at_once, only_on_postgresql};
use serde_json::{Value, json};

/// What is seen of the guard is what both admit; the clock is the real one, so tokens come back slowly here: one a minute.
const SLOW: &str = "update plan set requests_per_minute = 1, burst = 40; delete from plan_quota";

/// Calls by sixteen clients at once, every other one of each server, eight by each; returns how many were let in.
fn admitted(servers: &[Client; 2], key: &str, path: &str) -> usize {
    let each = at_once(16, |number| {
        let client = servers[number % 2].bearing(key);
        let statuses: Vec<u16> = (0..8).map(|_| client.get(path).send().status).collect();
        assert!(statuses.iter().all(|status| matches!(status, 200 | 429)), "{statuses:?}");
        statuses.iter().filter(|status| **status == 200).count()
    });
    each.iter().sum()
}

/// Protects everybody from customers that are served by many instances: each of them must not have buckets of its own.
#[test]
fn two_servers_admit_together_exactly_what_each_limit_holds_on_postgresql() {
    only_on_postgresql();
    let (state, backing) = (embedded::state(), Backing::under_test());
    let start = || {
        let said = tempfile::tempdir_in(state.path()).unwrap().keep();
        let mut process = Process::start(&mut embedded::command(state.path(), &backing), &said);
        let base = embedded::base(&mut process);
        (process, Client::new(&base))
    };
    let ((_one, first), (_other, second)) = (start(), start());
    let database = embedded::database(state.path(), &backing);
    let post = |client: &Client, path: &str, body: Value| client.post_json(path, &body).send().json();
    let (email, password) = ("ada@example.com", "correct horse battery staple");
    let _ = post(
        &first,
        "/api/v1/auth/register",
        json!({ "email": email, "password": password, "tenant_name": "A" }),
    );
    let token = post(&second, "/api/v1/auth/login", json!({ "email": email, "password": password }));
    let ada = first.bearing(token["access_token"].as_str().unwrap());
    let key = |body: Value| post(&ada, "/api/v1/api-keys", body)["key"].as_str().unwrap().to_owned();
    let narrow = key(json!({ "name": "narrow", "scopes": ["read"], "rate_limit": "20/day" }));
    let wide = key(json!({ "name": "wide", "scopes": ["read"] }));
    database.execute(SLOW);
    database.execute(
        "insert into endpoint_limit (plan, operation, calls, window_ms) values ('free', 'list_reports', 30, 86400000)",
    );
    let servers = [first, second];

    assert_eq!(admitted(&servers, &narrow, "/api/v1/reports"), 20, "by the key");
    assert_eq!(admitted(&servers, &wide, "/api/v1/reports"), 10, "by the endpoint");
    assert_eq!(admitted(&servers, &wide, "/api/v1/usage"), 10, "by the plan");
    assert_eq!(database.number("select used from usage_counter where metric = 'api_calls'"), 30);
}
