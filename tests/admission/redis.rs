//! Buckets in Redis: whose they are, how long they stay, and what happens when Redis doesn't.

use std::time::Duration;

use insula_tests::journeys::RedisServer;
use insula_tests::support::{App, Database, Options, Redis, at_once, only_on_redis, program_of, repository};
use redis::Value;
use serde_json::json;

fn number(value: &Value) -> i64 {
    let Value::Int(number) = value else { panic!("{value:?} is no number") };
    *number
}

/// Protects every tenant from the others: whatever somebody chooses is in no key, and a key is in the slot of its owner.
#[test]
fn a_bucket_is_named_by_ids_that_nobody_chooses_and_is_its_owners_alone_on_redis() {
    only_on_redis();
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let name = format!("}}{{{}}} x", bob.tenant_id);
    let body = json!({ "name": name, "scopes": ["read"], "rate_limit": "5/hour" });
    let made = ada.post("/api/v1/api-keys", &body).send().expect(201).json();
    let key = app.caller(made["key"].as_str().unwrap());
    let bobs = bob.key(&["read"]);
    while key.get("/api/v1/usage").send().status == 200 {}
    // The bucket of a person of one tenant is none of another's, even of the same person.
    for caller in [&bobs, &bob.caller, &ada.caller] {
        let _ = caller.get("/api/v1/usage").send().expect(200);
    }

    let keys = app.redis().keys();

    assert!(keys.len() >= 5, "{keys:?}");
    for key in &keys {
        let rest = key.strip_prefix("insula:bucket:{").unwrap_or_else(|| panic!("{key}"));
        let (owner, bucket) = rest.split_once('}').unwrap();
        assert!(owner == ada.tenant_id || owner == bob.tenant_id, "{key}");
        assert!(!bucket.contains(['{', '}', ' ']), "{key}");
        let other = if owner == ada.tenant_id { &bob } else { &ada };
        assert!(!bucket.contains(other.tenant_id.as_str()), "{key}");
    }
}

#[test]
fn a_bucket_stays_until_it_would_be_full_and_an_hour_more_on_redis() {
    only_on_redis();
    let app = App::start();
    let key = app.person("ada").key(&["read"]);
    for _ in 0..10 {
        let _ = key.get("/api/v1/usage").send().expect(200);
    }
    app.advance(Duration::from_secs(6));
    let _ = key.get("/api/v1/usage").send().expect(200);

    let ends = app.redis().keys().into_iter().map(|key| number(&app.redis().run(&["PTTL", &key])));

    // Ten tokens are missing, each of which takes six seconds. The server's own clock has gone on since.
    let ends: Vec<i64> = ends.collect();
    assert!(ends.iter().all(|ms| (1..=3_660_000).contains(ms)), "{ends:?}");
    assert!(ends.iter().any(|ms| (3_630_000..=3_660_000).contains(ms)), "{ends:?}");
}

#[test]
fn whatever_happens_to_scripts_or_keys_no_call_fails_and_quotas_stay_on_redis() {
    only_on_redis();
    let app = App::start();
    let key = app.person("ada").key(&["read"]);
    let left = |expected: &str| {
        let answer = key.get("/api/v1/reports").send().expect(200);
        assert!(answer.header("ratelimit").starts_with(expected), "{answer}");
    };
    left("\"rate\";r=19;");
    let _ = app.redis().run(&["SCRIPT", "FLUSH", "SYNC"]);
    left("\"rate\";r=18;");
    app.redis().clear();
    left("\"rate\";r=19;");
    assert_eq!(app.db().number("select used from usage_counter where metric = 'api_calls'"), 3);
}

/// Protects the limits: what can't be read is no full bucket.
#[test]
fn what_somebody_put_in_the_place_of_a_bucket_lets_nobody_in_on_redis() {
    only_on_redis();
    let app = App::start();
    let ada = app.person("ada");
    let key = ada.key(&["read"]);
    let name = format!("insula:bucket:{{{}}}", ada.tenant_id);
    for words in [vec!["SET", &name, "1e9 0"], vec!["SET", &name, ""], vec!["LPUSH", &name, "x"]] {
        app.redis().run(&["DEL", &name]);
        app.redis().run(&words);
        let refused = key.get("/api/v1/reports").send();
        refused.problem(503, "unavailable");
        assert_eq!(refused.header("retry-after"), "1");
    }
    app.redis().run(&["DEL", &name]);
    let _ = key.get("/api/v1/reports").send().expect(200);
}

#[test]
fn who_loses_the_race_for_the_quotas_rest_gets_its_tokens_back_on_redis() {
    only_on_redis();
    let app = App::start();
    app.db().execute("update plan set requests_per_minute = 1, burst = 1000");
    let ada = app.person("ada");
    let key = ada.key(&["read"]);
    let _ = key.get("/api/v1/reports").send().expect(200);
    app.db().execute("update usage_counter set used = 90 where metric = 'api_calls'");

    let statuses = at_once(64, |_| key.get("/api/v1/reports").send().status);

    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 10, "{statuses:?}");
    let buckets = app.buckets();
    let level = buckets.iter().find(|bucket| bucket[0] == ada.tenant_id).map(|bucket| bucket[1].clone());
    assert_eq!(level, Some(((1_000 - 11) * 60_000).to_string()), "{buckets:?}");
}

#[test]
fn a_call_that_the_database_fails_to_count_gets_its_tokens_back_on_redis() {
    only_on_redis();
    let app = App::start();
    let key = app.person("ada").key(&["read"]);
    let _ = key.get("/api/v1/reports").send().expect(200);
    let before = app.buckets();
    app.db().execute(match app.db() {
        Database::Sqlite(_) => {
            "create trigger no_count before update on usage_counter begin select raise(abort, 'no'); end"
        }
        Database::Postgres(_) => {
            "alter table usage_counter add constraint no_count check (used < 2) not valid"
        }
    });
    key.get("/api/v1/reports").send().problem(500, "internal");
    assert_eq!(app.buckets(), before);
}

/// Protects everybody who shares a limit: without its bucket nobody is let in, and what failed cost nothing.
#[test]
fn while_redis_is_down_calls_are_told_to_come_back_and_when_it_is_up_they_are_let_in_on_redis() {
    only_on_redis();
    let mut server = RedisServer::start();
    let app = App::with(Options { redis: Some(Redis::of(&server.address())), ..Options::default() });
    let key = app.person("ada").key(&["read"]);
    for _ in 0..2 {
        let _ = key.get("/api/v1/reports").send().expect(200);
    }
    server.stop();

    let refused = at_once(8, |_| key.get("/api/v1/reports").send());

    for answer in &refused {
        answer.problem(503, "unavailable");
        assert_eq!(answer.header("retry-after"), "1");
    }
    // What needs no bucket goes on.
    let _ = app.request("GET", "/health/live").send().expect(200);
    app.caller("ins_live_00000000000000000000000000_unknown")
        .get("/api/v1/reports")
        .send()
        .problem(401, "unauthenticated");
    assert_eq!(app.db().number("select used from usage_counter where metric = 'api_calls'"), 2);
    let log = app.log();
    assert!(log.iter().any(|line| line.contains("the buckets' Redis")), "{log:?}");
    assert!(!log.iter().any(|line| line.contains(server.password())), "the log has the password");

    server.start_again();
    let answer = key.get("/api/v1/reports").send().expect(200);
    assert!(answer.header("ratelimit").starts_with("\"rate\";r=19;"), "{answer}");
}

/// However many limits there are, and whether they let in or not.
#[test]
fn a_call_costs_one_command_on_redis() {
    only_on_redis();
    let server = RedisServer::start();
    let redis = Redis::of(&server.address());
    let app = App::with(Options { redis: Some(redis.clone()), ..Options::default() });
    let ada = app.person("ada");
    let body = json!({ "name": "limited", "scopes": ["read"], "rate_limit": "5/hour" });
    let made = ada.post("/api/v1/api-keys", &body).send().expect(201).json();
    let key = app.caller(made["key"].as_str().unwrap());
    let _ = key.get("/api/v1/reports").send().expect(200);
    let _ = redis.run(&["CONFIG", "RESETSTAT"]);

    let statuses: Vec<u16> = (0..6).map(|_| key.get("/api/v1/reports").send().status).collect();

    assert_eq!(statuses, [200, 200, 200, 200, 429, 429]);
    let stats = redis.run(&["INFO", "commandstats"]);
    let text = redis::from_redis_value::<String>(stats).unwrap();
    // What the script does, and what this test asks, is in the server's figures as well.
    let called = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(&format!("cmdstat_{name}:calls=")));
        line.map_or(0, |rest| rest.split(',').next().unwrap().parse::<u32>().unwrap())
    };
    assert_eq!(called("eval"), 6, "{text}");
    // Of two buckets, the plan's and the key's: each is read by the script, and written where the call is let in.
    assert_eq!((called("get"), called("set")), (12, 8), "{text}");
    let asked_here = ["eval", "get", "set", "config|resetstat", "auth", "client|setinfo", "info"];
    let mut all = text.lines().filter_map(|line| line.strip_prefix("cmdstat_")?.split(':').next());
    assert!(all.all(|name| asked_here.contains(&name)), "{text}");
}

/// Where no host refuses to start, as Spin doesn't, the first call says it.
#[test]
fn an_address_that_components_may_not_reach_lets_nobody_in_and_is_not_repeated_on_redis() {
    only_on_redis();
    let manifest = std::fs::read_to_string(repository().join("spin.toml")).unwrap();
    for (from, to, status, said) in [
        ("\"{{ redis_url }}\"", "\"redis://:a-secret@127.0.0.1:9/\"", 503, "`redis_host` doesn't allow it"),
        ("\"{{ bucket_storage }}\"", "\"radis\"", 500, "the variable `bucket_storage` cannot be read: write"),
        (
            "\"{{ redis_url }}\"",
            "\"http://:a-secret@127.0.0.1/\"",
            500,
            "the variable `redis_url` cannot be read",
        ),
    ] {
        let program = Some(program_of(&manifest.replace(from, to)));
        let app = App::with(Options { program, contract: false, ..Options::default() });
        let ada = app.person("ada");
        let slug = if status == 503 { "unavailable" } else { "internal" };
        ada.get("/api/v1/reports").send().problem(status, slug);
        let log = app.log();
        assert!(log.iter().any(|line| line.contains(said)), "{log:?}");
        assert!(!log.iter().any(|line| line.contains("a-secret")), "{log:?}");
    }
}
