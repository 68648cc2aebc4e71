//! The rule as a model: random calls get the same decisions from plain Rust as from the database that is under test.
//!
//! The model keeps its own buckets and counters and applies [`insula_domain::admission`]; the system is asked through
//! the front door. Both see the same clock. `cargo xtask test` runs this on SQLite and on PostgreSQL.

use std::collections::HashMap;
use std::time::Duration;

use insula_domain::admission::{Demand, Denial, Facts, Limited, Policy, Standing, decide};
use insula_domain::bucket::{Bucket, Rate};
use insula_domain::credential::digest;
use insula_domain::custom_limit::{Custom, Customs};
use insula_domain::metric::Reset;
use insula_domain::network::{Networks, address};
use insula_domain::permission::Permission;
use insula_domain::role::Role;
use insula_domain::scope::Scope;
use insula_tests::support::{App, Caller, Person};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

const RATE: Rate = Rate::per_minute(30, 4);
const QUOTA: i64 = 7;
/// What the plan allows of two of the operations.
const ENDPOINTS: [(&str, Rate); 2] =
    [("list_reports", Rate::evenly(3, 60_000)), ("get_me", Rate::evenly(1, 1_000))];
/// What two of the keys may: one more than the plan at once, one less.
const KEYS: [Rate; 2] = [Rate::evenly(5, 1_000), Rate::evenly(2, 3_600_000)];
/// What is set for the tenant itself, in half of the cases: by itself about all calls and an operation, by the operator
/// about another operation and about the first of the keys.
const ALL_OWN: Rate = Rate { calls: 20, window_ms: 60_000, burst: 3 };
const USAGE_OWN: Rate = Rate::evenly(2, 60_000);
const REPORTS: Custom = Custom { operator: Some(Rate::evenly(5, 1_000)), own: Some(Rate::evenly(2, 1_000)) };
const KEY_OPERATORS: Rate = Rate::evenly(4, 60_000);
const NETWORKS: &str = "192.0.2.0/24 2001:db8::/32";
const CLIENTS: [&str; 5] = ["127.0.0.1", "192.0.2.9", "192.0.3.9", "2001:db8::1", "::ffff:192.0.2.9"];

/// One call, after some time.
#[derive(Clone, Copy, Debug)]
struct Call {
    wait_ms: u64,
    caller: usize,
    route: usize,
    client: usize,
}

/// A caller as the model sees it.
struct Known<'a> {
    caller: Caller<'a>,
    bucket: String,
    standing: Standing,
    scopes: Option<Vec<Scope>>,
    valid: bool,
    rate: Option<Rate>,
    networks: Option<Networks>,
}

/// A path, its operation, and what it asks.
const ROUTES: [(&str, &str, Demand); 4] = [
    ("/api/v1/reports", "list_reports", demand(Permission::ViewReports, true, true)),
    ("/api/v1/usage", "get_usage", demand(Permission::ViewUsage, true, false)),
    ("/api/v1/api-keys", "list_api_keys", demand(Permission::ManageKeys, true, false)),
    (
        "/api/v1/auth/me",
        "get_me",
        Demand { caller_allowed: true, permission: None, tenant_required: false, metered: false },
    ),
];

const fn demand(permission: Permission, tenant_required: bool, metered: bool) -> Demand {
    Demand { caller_allowed: true, permission: Some(permission), tenant_required, metered }
}

/// Buckets and counters of the model.
#[derive(Default)]
struct Model {
    /// The tenant that has limits of its own, if any has.
    custom: Option<String>,
    buckets: HashMap<String, Bucket>,
    calls: HashMap<i64, i64>,
}

impl Model {
    /// The status, and the seconds after which to try again.
    fn expect(&mut self, known: &Known<'_>, call: Call, now_ms: i64) -> (u16, Option<i64>) {
        let (_, operation, demand) = ROUTES[call.route];
        let is_person = known.scopes.is_none();
        // What needs no permission is for people.
        let caller_allowed = demand.permission.is_some() || is_person;
        let demand = Demand { caller_allowed, ..demand };
        let day_ms = Reset::Daily.period(now_ms).start_ms;
        let inside = known.networks.as_ref().is_none_or(|bound| bound.hold(address(CLIENTS[call.client])));
        let endpoint = ENDPOINTS.iter().find(|(limited, _)| *limited == operation).map(|(_, rate)| *rate);
        let limits = self.customs(known, operation).over(RATE, endpoint);
        let id = |policy| match policy {
            Policy::Plan => known.bucket.clone(),
            Policy::Endpoint => format!("{} {operation}", known.bucket),
            Policy::Key => known.caller.credential.clone(),
        };
        let applying: Vec<_> = limits.into_iter().map(|(policy, rate)| (policy, rate, id(policy))).collect();
        let stored = |(policy, rate, id): &(Policy, Rate, String)| Limited {
            policy: *policy,
            rate: *rate,
            bucket: self.buckets.get(id).copied(),
        };
        let facts = Facts {
            valid: known.valid && inside,
            standing: known.standing,
            scopes: known.scopes.clone(),
            limits: applying.iter().map(stored).collect(),
            calls: self.calls.get(&day_ms).copied().unwrap_or_default(),
            calls_quota: Some(QUOTA),
        };
        match decide(&facts, demand, now_ms) {
            Ok(admission) => {
                for ((_, _, id), limited) in applying.into_iter().zip(admission.limits) {
                    self.buckets.insert(id, limited.bucket.unwrap());
                }
                self.calls.insert(day_ms, admission.calls);
                (200, None)
            }
            Err(Denial::Unauthenticated) => (401, None),
            Err(Denial::Forbidden | Denial::Suspended) => (403, None),
            Err(Denial::Hidden) => (404, None),
            Err(Denial::RateLimited { wait_ms, .. } | Denial::QuotaExceeded { wait_ms }) => {
                (429, Some((wait_ms + 999) / 1_000))
            }
        }
    }
}

impl Model {
    fn customs(&self, known: &Known<'_>, operation: &str) -> Customs {
        let plain = Customs { key: Custom { operator: None, own: known.rate }, ..Customs::default() };
        if !self.custom.as_ref().is_some_and(|tenant| known.bucket.starts_with(tenant)) {
            return plain;
        }
        let own = |rate| Custom { operator: None, own: Some(rate) };
        let endpoint = match operation {
            "get_usage" => own(USAGE_OWN),
            "list_reports" => REPORTS,
            _ => Custom::default(),
        };
        let operator = (known.rate == Some(KEYS[0])).then_some(KEY_OPERATORS);
        Customs { all: own(ALL_OWN), endpoint, key: Custom { operator, own: known.rate } }
    }
}

/// Sets for a tenant what the model says.
fn set_customs(app: &App, tenant_id: &str) {
    let row = |subject: &str, Custom { operator, own }: Custom| {
        let part = |rate: Option<Rate>| match rate {
            Some(Rate { calls, window_ms, burst }) => format!("{calls}, {window_ms}, {burst}"),
            None => "null, null, null".to_owned(),
        };
        app.db().execute(&format!(
            "insert into tenant_limit (tenant_id, subject, operator_calls, operator_window_ms, operator_burst, own_calls,
               own_window_ms, own_burst, version)
             values ('{tenant_id}', '{subject}', {}, {}, 1)",
            part(operator),
            part(own)
        ));
    };
    let own = |rate| Custom { operator: None, own: Some(rate) };
    let key =
        app.db().rows(&format!("select id from api_key where limit_calls = {}", KEYS[0].calls)).concat();
    row("all", own(ALL_OWN));
    row("get_usage", own(USAGE_OWN));
    row("list_reports", REPORTS);
    row(&key.concat(), Custom { operator: Some(KEY_OPERATORS), own: None });
    app.db().execute(&format!("update tenant set limited = 1 where id = '{tenant_id}'"));
}

fn calls() -> impl Strategy<Value = Vec<Call>> {
    let wait = prop_oneof![4 => 0..3_000_u64, 2 => 0..20_000_u64, 1 => Just(43_200_000_u64)];
    let client = prop_oneof![3 => Just(1_usize), 1 => 0..CLIENTS.len()];
    let call = (wait, 0..12_usize, 0..ROUTES.len(), client);
    let call = call.prop_map(|(wait_ms, caller, route, client)| Call { wait_ms, caller, route, client });
    proptest::collection::vec(call, 1..60)
}

#[test]
fn random_calls_get_the_decisions_that_the_model_gives() {
    let mut runner = TestRunner::new(Config { cases: 12, max_shrink_iters: 40, ..Config::default() });
    let cases = (calls(), any::<bool>());
    runner.run(&cases, |(calls, custom)| play(&calls, custom)).unwrap_or_else(|error| panic!("{error}"));
}

fn play(calls: &[Call], custom: bool) -> Result<(), TestCaseError> {
    let app = App::start();
    let ada = app.person("ada");
    let callers = callers(&app, &ada);
    app.db().execute(&format!(
        "delete from bucket; update plan set requests_per_minute = {}, burst = {} where name = 'free'; \
         update plan_quota set quota = {QUOTA} where metric = 'api_calls'; delete from endpoint_limit",
        RATE.calls, RATE.burst
    ));
    for (operation, Rate { calls, window_ms, .. }) in ENDPOINTS {
        app.db().execute(&format!(
            "insert into endpoint_limit (plan, operation, calls, window_ms)
             values ('free', '{operation}', {calls}, {window_ms})"
        ));
    }
    let mut model = Model::default();
    if custom {
        set_customs(&app, &ada.tenant_id);
        model.custom = Some(ada.tenant_id.clone());
    }
    let mut now_ms = 1_893_456_000_000_i64;
    for call in calls {
        app.advance(Duration::from_millis(call.wait_ms));
        now_ms += i64::try_from(call.wait_ms).unwrap();
        let expected = model.expect(&callers[call.caller], *call, now_ms);
        // A key can outlive its expiry only in the model's callers that have none; tokens end after 15 minutes.
        let request = callers[call.caller].caller.get(ROUTES[call.route].0);
        let answer = request.from_address(CLIENTS[call.client]).send();
        let found = (answer.status, answer.header("retry-after").parse().ok());
        prop_assert_eq!(found, expected, "{:?} at {}: {}", call, now_ms, answer);
    }
    Ok(())
}

const fn member(role: Role) -> Standing {
    Standing::Member { role, active: true }
}

fn callers<'a>(app: &'a App, ada: &Person<'a>) -> Vec<Known<'a>> {
    let tenant = ada.tenant_id.clone();
    let viewer = app.member(ada, "viewer");
    let removed = app.member(ada, "admin");
    app.db().execute(&format!("delete from membership where user_id = '{}'", removed.user_id));
    let eve = app.person("eve");
    app.db().execute("update access_token set expires_at_ms = 4102444800000");
    let key = |scopes: &[Scope]| {
        let caller = ada.key(&scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>());
        Known { scopes: Some(scopes.to_vec()), ..known(caller, tenant.clone(), member(Role::Owner)) }
    };
    let revoked = key(&[Scope::Read]);
    app.db().execute("update api_key set revoked_at_ms = 1");
    let [limited_more, limited_less] = KEYS.map(|rate| {
        let known = key(&[Scope::Read]);
        set(app, &known, &format!("limit_calls = {}, limit_window_ms = {}", rate.calls, rate.window_ms));
        Known { rate: Some(rate), ..known }
    });
    let bound = key(&[Scope::Read, Scope::Admin]);
    set(app, &bound, &format!("networks = '{NETWORKS}'"));
    let suspended = Standing::Member { role: Role::Owner, active: false };
    let eves_key = known(eve.key(&[Scope::Read.as_str()]), eve.tenant_id.clone(), suspended);
    app.db().execute(&format!("update tenant set state = 'suspended' where id = '{}'", eve.tenant_id));
    let person = |person: &Person<'a>, standing| {
        known(person.caller.clone(), format!("{}:{}", person.tenant_id, person.user_id), standing)
    };
    vec![
        person(ada, member(Role::Owner)),
        person(&viewer, member(Role::Viewer)),
        known(removed.caller.clone(), removed.user_id.clone(), Standing::NoTenant),
        person(&eve, suspended),
        Known { scopes: Some(vec![Scope::Read]), ..eves_key },
        Known { valid: false, ..revoked },
        limited_more,
        limited_less,
        Known { networks: Some(Networks::from_text(NETWORKS)), ..bound },
        key(&[Scope::Read]),
        key(&[Scope::Admin, Scope::Read]),
        key(&[Scope::Analyze]),
    ]
}

/// Somebody whom nothing else is known of.
const fn known(caller: Caller<'_>, bucket: String, standing: Standing) -> Known<'_> {
    Known { caller, bucket, standing, scopes: None, valid: true, rate: None, networks: None }
}

/// Changes a key as it is stored.
fn set(app: &App, key: &Known<'_>, change: &str) {
    app.db()
        .execute(&format!("update api_key set {change} where digest = '{}'", digest(&key.caller.credential)));
}
