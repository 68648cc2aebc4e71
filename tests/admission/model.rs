//! The rule as a model: random calls get the same decisions from plain Rust as from the database that is under test.
//!
//! The model keeps its own buckets and counters and applies [`insula_domain::admission`]; the system is asked through
//! the front door. Both see the same clock. `cargo xtask test` runs this on SQLite and on PostgreSQL, with the
//! buckets there and in Redis, each time with
//! other sequences, for ten seconds and until every kind of decision was made. A failure says its seed and the shortest
//! sequence that was found; `INSULA_ADMISSION_SEED` plays the same again.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::{Duration, Instant};

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
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

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
const NETWORKS: &str = "192.0.2.0/24 2001:db8::/32";
const CLIENTS: [&str; 5] = ["127.0.0.1", "192.0.2.9", "192.0.3.9", "2001:db8::1", "::ffff:192.0.2.9"];

/// What each of these keys may instead, in the same window.
const OTHER_KEYS: [i64; 2] = [2, 4];
const DAY_MS: i64 = 86_400_000;
/// 2030-01-01T00:00:00Z, where every application's clock starts.
const START_MS: i64 = 1_893_456_000_000;
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

/// One thing that happens.
#[derive(Clone, Copy, Debug)]
enum Step {
    Call(Call),
    /// Eve's tenant is suspended, or active again.
    Suspend(bool),
    /// Ada's tenant has limits of its own, or none any more.
    Custom(bool),
    /// One of the limited keys may do something else.
    Limit {
        key: usize,
        other: bool,
    },
}

/// One call, after some time.
#[derive(Clone, Copy, Debug)]
struct Call {
    wait: Wait,
    caller: usize,
    route: usize,
    client: usize,
}

#[derive(Clone, Copy, Debug)]
enum Wait {
    Ms(i64),
    /// Until so long before or after the end of the day.
    Midnight(i64),
}

impl Wait {
    fn ms(self, now_ms: i64) -> i64 {
        match self {
            Self::Ms(ms) => ms,
            Self::Midnight(offset_ms) => (DAY_MS - now_ms.rem_euclid(DAY_MS) + offset_ms).max(0),
        }
    }
}

/// What a decision looks like from outside: the status, when to try again, and which decision it is.
type Decision = (u16, Option<i64>, &'static str);

/// A caller as the model sees it.
struct Known<'a> {
    caller: Caller<'a>,
    bucket: String,
    standing: Standing,
    scopes: Option<Vec<Scope>>,
    valid: bool,
    /// Which of [`KEYS`] it is.
    limited: Option<usize>,
    networks: Option<Networks>,
    /// Whose calls are counted together.
    tenant: usize,
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

/// Buckets and counters of the model, and what was changed.
#[derive(Default)]
struct Model {
    /// The tenant that has limits of its own, if any has.
    custom: Option<String>,
    buckets: HashMap<String, Bucket>,
    /// By tenant and day.
    calls: HashMap<(usize, i64), i64>,
    /// The day on which the quota was used up.
    used_up: Option<i64>,
    eve_is_active: bool,
    other_limits: [bool; 2],
}

impl Model {
    fn rate(&self, known: &Known<'_>) -> Option<Rate> {
        let limited = known.limited?;
        let Rate { calls, window_ms, .. } = KEYS[limited];
        let calls = if self.other_limits[limited] { OTHER_KEYS[limited] } else { calls };
        Some(Rate::evenly(calls, window_ms))
    }

    fn customs(&self, known: &Known<'_>, operation: &str) -> Customs {
        let rate = self.rate(known);
        if !self.custom.as_ref().is_some_and(|tenant| known.bucket.starts_with(tenant)) {
            return Customs { key: Custom { operator: None, own: rate }, ..Customs::default() };
        }
        let own = |rate| Custom { operator: None, own: Some(rate) };
        let endpoint = match operation {
            "get_usage" => own(USAGE_OWN),
            "list_reports" => REPORTS,
            _ => Custom::default(),
        };
        let operator = (known.limited == Some(0)).then_some(KEY_OPERATORS);
        Customs { all: own(ALL_OWN), endpoint, key: Custom { operator, own: rate } }
    }

    fn standing(&self, known: &Known<'_>) -> Standing {
        match known.standing {
            Standing::Member { role, active: false } => Standing::Member { role, active: self.eve_is_active },
            other @ (Standing::NoTenant | Standing::Stranger | Standing::Member { .. }) => other,
        }
    }

    fn expect(&mut self, known: &Known<'_>, call: Call, now_ms: i64) -> Decision {
        let (_, operation, demand) = ROUTES[call.route];
        let is_person = known.scopes.is_none();
        // What needs no permission is for people.
        let caller_allowed = demand.permission.is_some() || is_person;
        let demand = Demand { caller_allowed, ..demand };
        let day_ms = Reset::Daily.period(now_ms).start_ms;
        let counter = (known.tenant, day_ms);
        let inside = known.networks.as_ref().is_none_or(|bound| bound.hold(address(CLIENTS[call.client])));
        let endpoint = ENDPOINTS.iter().find(|(limited, _)| *limited == operation).map(|(_, rate)| *rate);
        let limits = self.customs(known, operation).over(RATE, endpoint);
        let id = |policy, window_ms| match policy {
            Policy::Plan => known.bucket.clone(),
            Policy::Endpoint => format!("{} {operation} {window_ms}", known.bucket),
            Policy::Key => format!("{} {window_ms}", known.caller.credential),
        };
        let applying: Vec<_> =
            limits.into_iter().map(|(policy, rate)| (policy, rate, id(policy, rate.window_ms))).collect();
        let stored = |(policy, rate, id): &(Policy, Rate, String)| Limited {
            policy: *policy,
            rate: *rate,
            bucket: self.buckets.get(id).copied(),
        };
        let facts = Facts {
            valid: known.valid && inside,
            standing: self.standing(known),
            scopes: known.scopes.clone(),
            limits: applying.iter().map(stored).collect(),
            calls: self.calls.get(&counter).copied().unwrap_or_default(),
            calls_quota: Some(QUOTA),
        };
        match decide(&facts, demand, now_ms) {
            Ok(admission) => {
                for ((_, _, id), limited) in applying.into_iter().zip(admission.limits) {
                    self.buckets.insert(id, limited.bucket.unwrap());
                }
                let is_later = demand.metered && self.used_up.is_some_and(|day| day < day_ms);
                self.calls.insert(counter, admission.calls);
                (200, None, if is_later { "admitted after the quota's period" } else { "admitted" })
            }
            Err(Denial::Unauthenticated) => (401, None, "unauthenticated"),
            Err(Denial::Forbidden) => (403, None, "forbidden"),
            Err(Denial::Suspended) => (403, None, "suspended"),
            Err(Denial::Hidden) => (404, None, "hidden"),
            Err(Denial::RateLimited { wait_ms, policy }) => (429, Some(seconds(wait_ms)), policy.as_str()),
            Err(Denial::QuotaExceeded { wait_ms }) => {
                self.used_up = Some(day_ms);
                (429, Some(seconds(wait_ms)), "quota")
            }
        }
    }
}

fn seconds(wait_ms: i64) -> i64 {
    (wait_ms + 999) / 1_000
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    // Short waits empty buckets, and a day must be long enough for its quota.
    let wait = prop_oneof![
        20 => (0..300_i64).prop_map(Wait::Ms),
        10 => (0..3_000_i64).prop_map(Wait::Ms),
        5 => (0..20_000_i64).prop_map(Wait::Ms),
        1 => Just(Wait::Ms(DAY_MS / 2)),
        1 => (-2..=2_i64).prop_map(Wait::Midnight),
    ];
    let client = prop_oneof![3 => Just(1_usize), 1 => 0..CLIENTS.len()];
    // The first is the one that is metered.
    let route = prop_oneof![2 => Just(0_usize), 3 => 0..ROUTES.len()];
    let call = (wait, 0..12_usize, route, client);
    let call =
        call.prop_map(|(wait, caller, route, client)| Step::Call(Call { wait, caller, route, client }));
    let suspend = any::<bool>().prop_map(Step::Suspend);
    let limit = (0..KEYS.len(), any::<bool>()).prop_map(|(key, other)| Step::Limit { key, other });
    let custom = any::<bool>().prop_map(Step::Custom);
    proptest::collection::vec(prop_oneof![20 => call, 1 => suspend, 1 => limit, 1 => custom], 1..120)
}

#[test]
fn random_calls_get_the_decisions_that_the_model_gives() {
    let app = App::start();
    let ada = app.person("ada");
    let world = World::new(&app, &ada);
    if let Ok(seed) = std::env::var("INSULA_ADMISSION_SEED") {
        return play_all(&world, seed.parse().expect("INSULA_ADMISSION_SEED is a number"));
    }
    let first = RandomState::new().build_hasher().finish() >> 1;
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
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config =
        Config { cases: BATCH, max_shrink_iters: 200, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let outcome = runner.run(&steps(), |steps| world.play(&steps));
    outcome.unwrap_or_else(|error| panic!("INSULA_ADMISSION_SEED={seed} plays this again: {error}"));
}

/// The system under test, with its callers.
struct World<'a> {
    app: &'a App,
    callers: Vec<Known<'a>>,
    adas_tenant: String,
    eves_tenant: String,
    now_ms: Cell<i64>,
    played: Cell<usize>,
    seen: RefCell<BTreeMap<&'static str, usize>>,
}

impl<'a> World<'a> {
    fn new(app: &'a App, ada: &Person<'a>) -> Self {
        let (callers, eves_tenant) = callers(app, ada);
        app.db().execute(&format!(
            "update plan set requests_per_minute = {}, burst = {} where name = 'free'; \
             update plan_quota set quota = {QUOTA} where metric = 'api_calls'; delete from endpoint_limit",
            RATE.calls, RATE.burst
        ));
        for (operation, Rate { calls, window_ms, .. }) in ENDPOINTS {
            app.db().execute(&format!(
                "insert into endpoint_limit (plan, operation, calls, window_ms)
                 values ('free', '{operation}', {calls}, {window_ms})"
            ));
        }
        let adas_tenant = ada.tenant_id.clone();
        let now_ms = Cell::new(START_MS);
        let first = callers.iter().find(|known| known.limited == Some(0)).unwrap();
        set_customs(app, &adas_tenant, &digest(&first.caller.credential));
        Self {
            app,
            callers,
            adas_tenant,
            eves_tenant,
            now_ms,
            played: Cell::default(),
            seen: RefCell::default(),
        }
    }

    fn wait(&self, ms: i64) {
        self.app.advance(Duration::from_millis(u64::try_from(ms).unwrap()));
        self.now_ms.set(self.now_ms.get() + ms);
    }

    /// Each sequence begins at the beginning of a day and finds nothing used, so that it can be played alone.
    fn begin(&self) {
        self.wait(Wait::Midnight(0).ms(self.now_ms.get()));
        self.app.fill_buckets();
        self.app.db().execute("delete from usage_counter");
        self.suspend(true);
        self.custom(false);
        for (key, rate) in KEYS.iter().enumerate() {
            self.limit(key, rate.calls);
        }
    }

    fn suspend(&self, suspended: bool) {
        let state = if suspended { "suspended" } else { "active" };
        let change = format!("update tenant set state = '{state}' where id = '{}'", self.eves_tenant);
        self.app.db().execute(&change);
    }

    fn custom(&self, limited: bool) {
        let (limited, id) = (u8::from(limited), &self.adas_tenant);
        self.app.db().execute(&format!("update tenant set limited = {limited} where id = '{id}'"));
    }

    fn limit(&self, key: usize, calls: i64) {
        let known = self.callers.iter().find(|known| known.limited == Some(key)).unwrap();
        set(self.app, known, &format!("limit_calls = {calls}, limit_window_ms = {}", KEYS[key].window_ms));
    }

    fn play(&self, steps: &[Step]) -> Result<(), TestCaseError> {
        self.begin();
        self.played.set(self.played.get() + 1);
        let mut model = Model::default();
        for step in steps {
            match *step {
                Step::Suspend(suspended) => {
                    self.suspend(suspended);
                    model.eve_is_active = !suspended;
                }
                Step::Custom(custom) => {
                    self.custom(custom);
                    model.custom = custom.then(|| self.adas_tenant.clone());
                }
                Step::Limit { key, other } => {
                    self.limit(key, if other { OTHER_KEYS[key] } else { KEYS[key].calls });
                    model.other_limits[key] = other;
                }
                Step::Call(call) => self.call(&mut model, call)?,
            }
        }
        Ok(())
    }

    fn call(&self, model: &mut Model, call: Call) -> Result<(), TestCaseError> {
        self.wait(call.wait.ms(self.now_ms.get()));
        let (known, now_ms) = (&self.callers[call.caller], self.now_ms.get());
        let expected = model.expect(known, call, now_ms);
        let answer = known.caller.get(ROUTES[call.route].0).from_address(CLIENTS[call.client]).send();
        let found = (answer.status, answer.header("retry-after").parse().ok());
        prop_assert_eq!(found, (expected.0, expected.1), "{:?} at {}: {}", call, now_ms, answer);
        if found.0 == 429 {
            let problem = answer.json();
            // A quota is of no policy.
            let policy = problem["policy"].as_str().unwrap_or("quota");
            prop_assert_eq!(policy, expected.2, "{:?} at {}: {}", call, now_ms, answer);
        }
        *self.seen.borrow_mut().entry(expected.2).or_default() += 1;
        Ok(())
    }
}

const fn member(role: Role) -> Standing {
    Standing::Member { role, active: true }
}

/// Everybody who calls, and the tenant that is suspended now and then.
fn callers<'a>(app: &'a App, ada: &Person<'a>) -> (Vec<Known<'a>>, String) {
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
    let [limited_more, limited_less] = [0, 1].map(|at| Known { limited: Some(at), ..key(&[Scope::Read]) });
    let bound = key(&[Scope::Read, Scope::Admin]);
    set(app, &bound, &format!("networks = '{NETWORKS}'"));
    let suspended = Standing::Member { role: Role::Owner, active: false };
    let eves_key = known(eve.key(&[Scope::Read.as_str()]), eve.tenant_id.clone(), suspended);
    let person = |person: &Person<'a>, standing| {
        known(person.caller.clone(), format!("{}:{}", person.tenant_id, person.user_id), standing)
    };
    let all = vec![
        person(ada, member(Role::Owner)),
        person(&viewer, member(Role::Viewer)),
        known(removed.caller.clone(), removed.user_id.clone(), Standing::NoTenant),
        Known { tenant: 1, ..person(&eve, suspended) },
        Known { tenant: 1, scopes: Some(vec![Scope::Read]), ..eves_key },
        Known { valid: false, ..revoked },
        limited_more,
        limited_less,
        Known { networks: Some(Networks::from_text(NETWORKS)), ..bound },
        key(&[Scope::Read]),
        key(&[Scope::Admin, Scope::Read]),
        key(&[Scope::Analyze]),
    ];
    (all, eve.tenant_id)
}

/// Somebody whom nothing else is known of.
const fn known(caller: Caller<'_>, bucket: String, standing: Standing) -> Known<'_> {
    Known { caller, bucket, standing, scopes: None, valid: true, limited: None, networks: None, tenant: 0 }
}

/// Changes a key as it is stored.
fn set(app: &App, key: &Known<'_>, change: &str) {
    app.db()
        .execute(&format!("update api_key set {change} where digest = '{}'", digest(&key.caller.credential)));
}

/// Stores the limits of Ada's tenant; whether they count is another column.
fn set_customs(app: &App, tenant_id: &str, key_digest: &str) {
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
    let key = app.db().rows(&format!("select id from api_key where digest = '{key_digest}'")).concat();
    row("all", own(ALL_OWN));
    row("get_usage", own(USAGE_OWN));
    row("list_reports", REPORTS);
    row(&key.concat(), Custom { operator: Some(KEY_OPERATORS), own: None });
}
