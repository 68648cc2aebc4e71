//! The rule as a model: random calls get the same decisions from plain Rust as from the database that is under test.
//!
//! The model keeps its own buckets and counters and applies [`insula_domain::admission`]; the system is asked through
//! the front door. Both see the same clock. `cargo xtask test` runs this on SQLite and on PostgreSQL, with the
//! buckets there and in Redis, each time with
//! other sequences, for ten seconds and until every kind of decision was made. A failure says its seed and the shortest
//! sequence that was found; `INSULA_ADMISSION_SEED` plays the same again.

mod callers;
mod rule;
mod steps;
mod world;

use std::time::{Duration, Instant};

use insula_domain::admission::Demand;
use insula_domain::bucket::Rate;
use insula_domain::custom_limit::Custom;
use insula_domain::permission::Permission;
use insula_tests::support::App;

use self::steps::steps;
use self::world::World;
use crate::seeded;

const RATE: Rate = Rate::per_minute(30, 4);
const QUOTA: i64 = 5;
/// What the plan allows of two of the operations.
const ENDPOINTS: [(&str, Rate); 2] =
    [("list_reports", Rate::evenly(3, 60_000)), ("get_me", Rate::evenly(1, 1_000))];
/// What two of the keys may: one more than the plan at once, one less.
const KEYS: [Rate; 2] = [Rate::evenly(5, 1_000), Rate::evenly(2, 3_600_000)];
/// What is set for Ada's tenant now and then: by itself about all calls and an operation, by the operator about another
/// operation and about the first of the keys.
const ALL_OWN: Rate = Rate { calls: 20, window_ms: 60_000, burst: 3 };
const USAGE_OWN: Rate = Rate::evenly(2, 60_000);
const REPORTS: Custom = Custom { operator: Some(Rate::evenly(5, 1_000)), own: Some(Rate::evenly(2, 1_000)) };
const KEY_OPERATORS: Rate = Rate::evenly(4, 60_000);
const CLIENTS: [&str; 5] = ["127.0.0.1", "192.0.2.9", "192.0.3.9", "2001:db8::1", "::ffff:192.0.2.9"];

/// What each of these keys may instead, in the same window.
const OTHER_KEYS: [i64; 2] = [2, 4];
const DAY_MS: i64 = 86_400_000;
/// How long to play at least, and how long to wait for the rarest decision.
const AT_LEAST: Duration = Duration::from_secs(10);
const AT_MOST: Duration = Duration::from_secs(120);
/// Sequences of one seed.
const BATCH: u32 = 4;
/// Every decision that there is here; each must have been made.
const DECISIONS: [&str; 10] = [
    "admitted",
    "unauthenticated",
    "hidden",
    "suspended",
    "forbidden",
    "rate",
    "endpoint",
    "key",
    "quota",
    "admitted after the quota's period",
];

/// A path, its operation, and what it asks.
const ROUTES: [(&str, &str, Demand); 5] = [
    ("/api/v1/reports", "list_reports", demand(Permission::ViewReports, true, true)),
    ("/api/v1/usage", "get_usage", demand(Permission::ViewUsage, true, false)),
    ("/api/v1/api-keys", "list_api_keys", demand(Permission::ManageKeys, true, false)),
    (
        "/api/v1/auth/me",
        "get_me",
        Demand {
            caller_allowed: true,
            impersonator_allowed: true,
            permission: None,
            tenant_required: false,
            metered: false,
        },
    ),
    (
        "/api/v1/tenants",
        "list_tenants",
        Demand {
            caller_allowed: true,
            impersonator_allowed: false,
            permission: None,
            tenant_required: false,
            metered: false,
        },
    ),
];

const fn demand(permission: Permission, tenant_required: bool, metered: bool) -> Demand {
    let permission = Some(permission);
    Demand { caller_allowed: true, impersonator_allowed: true, permission, tenant_required, metered }
}

#[test]
fn random_calls_get_the_decisions_that_the_model_gives() {
    let app = App::start();
    let ada = app.person("ada");
    let world = World::new(&app, &ada);
    if let Some(seed) = seeded::named("INSULA_ADMISSION_SEED") {
        return play_all(&world, seed);
    }
    let first = seeded::random();
    let begun = Instant::now();
    for seed in first.. {
        play_all(&world, seed);
        let seen = world.seen.borrow();
        let missing: Vec<_> = DECISIONS.iter().filter(|decision| !seen.contains_key(*decision)).collect();
        if begun.elapsed() >= AT_LEAST && missing.is_empty() {
            println!("{} sequences from seed {first} on, of which {seen:?}", world.played.get());
            return;
        }
        assert!(
            begun.elapsed() < AT_MOST,
            "from seed {first} on nobody was ever {missing:?}; seen: {seen:?}"
        );
    }
}

/// Plays the sequences of a seed, and shortens the one that fails.
fn play_all(world: &World<'_>, seed: u64) {
    let outcome = seeded::runner(seed, BATCH).run(&steps(), |steps| world.play(&steps));
    outcome.unwrap_or_else(|error| panic!("INSULA_ADMISSION_SEED={seed} plays this again: {error}"));
}
