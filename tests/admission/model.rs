//! The rule as a model: random calls get the same decisions from plain Rust as from the database that is under test.
//!
//! The model keeps its own buckets and counters and applies [`insula_domain::admission`]; the system is asked through
//! the front door. Both see the same clock. `cargo xtask test` runs this on SQLite and on PostgreSQL.

use std::collections::HashMap;
use std::time::Duration;

use insula_domain::admission::{Demand, Denial, Facts, Standing, decide};
use insula_domain::bucket::{Bucket, Rate};
use insula_domain::metric::Reset;
use insula_domain::permission::Permission;
use insula_domain::role::Role;
use insula_domain::scope::Scope;
use insula_tests::support::{App, Caller};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

const RATE: Rate = Rate { per_minute: 30, burst: 4 };
const QUOTA: i64 = 7;

/// One call, after some time.
#[derive(Clone, Copy, Debug)]
struct Call {
    wait_ms: u64,
    caller: usize,
    route: usize,
}

/// A caller as the model sees it.
struct Known<'a> {
    caller: Caller<'a>,
    bucket: String,
    standing: Standing,
    scopes: Option<Vec<Scope>>,
    valid: bool,
}

/// A path, and what it asks.
const ROUTES: [(&str, Demand); 4] = [
    ("/api/v1/reports", demand(Permission::ViewReports, true, true)),
    ("/api/v1/usage", demand(Permission::ViewUsage, true, false)),
    ("/api/v1/api-keys", demand(Permission::ManageKeys, true, false)),
    (
        "/api/v1/auth/me",
        Demand { caller_allowed: true, permission: None, tenant_required: false, metered: false },
    ),
];

const fn demand(permission: Permission, tenant_required: bool, metered: bool) -> Demand {
    Demand { caller_allowed: true, permission: Some(permission), tenant_required, metered }
}

/// Buckets and counters of the model.
#[derive(Default)]
struct Model {
    buckets: HashMap<String, Bucket>,
    calls: HashMap<i64, i64>,
}

impl Model {
    fn expect(&mut self, known: &Known<'_>, demand: Demand, now_ms: i64) -> u16 {
        let is_person = known.scopes.is_none();
        // What needs no permission is for people.
        let caller_allowed = demand.permission.is_some() || is_person;
        let demand = Demand { caller_allowed, ..demand };
        let day_ms = Reset::Daily.period(now_ms).start_ms;
        let facts = Facts {
            valid: known.valid,
            standing: known.standing,
            scopes: known.scopes.clone(),
            rate: RATE,
            bucket: self.buckets.get(&known.bucket).copied(),
            calls: self.calls.get(&day_ms).copied().unwrap_or_default(),
            calls_quota: Some(QUOTA),
        };
        match decide(&facts, demand, now_ms) {
            Ok(admission) => {
                self.buckets.insert(known.bucket.clone(), admission.bucket);
                self.calls.insert(day_ms, admission.calls);
                200
            }
            Err(Denial::Unauthenticated) => 401,
            Err(Denial::Forbidden | Denial::Suspended) => 403,
            Err(Denial::Hidden) => 404,
            Err(Denial::RateLimited { .. } | Denial::QuotaExceeded { .. }) => 429,
        }
    }
}

fn calls() -> impl Strategy<Value = Vec<Call>> {
    let wait = prop_oneof![4 => 0..3_000_u64, 2 => 0..20_000_u64, 1 => Just(43_200_000_u64)];
    let call = (wait, 0..9_usize, 0..ROUTES.len());
    proptest::collection::vec(
        call.prop_map(|(wait_ms, caller, route)| Call { wait_ms, caller, route }),
        1..60,
    )
}

#[test]
fn random_calls_get_the_decisions_that_the_model_gives() {
    let mut runner = TestRunner::new(Config { cases: 12, max_shrink_iters: 40, ..Config::default() });
    runner.run(&calls(), |calls| play(&calls)).unwrap_or_else(|error| panic!("{error}"));
}

fn play(calls: &[Call]) -> Result<(), TestCaseError> {
    let app = App::start();
    let ada = app.person("ada");
    let callers = callers(&app, &ada);
    app.db().execute(&format!(
        "delete from bucket; update plan set requests_per_minute = {}, burst = {} where name = 'free'; \
         update plan_quota set quota = {QUOTA} where metric = 'api_calls'",
        RATE.per_minute, RATE.burst
    ));
    let mut model = Model::default();
    let mut now_ms = 1_893_456_000_000_i64;
    for call in calls {
        app.advance(Duration::from_millis(call.wait_ms));
        now_ms += i64::try_from(call.wait_ms).unwrap();
        let (path, demand) = ROUTES[call.route];
        let expected = model.expect(&callers[call.caller], demand, now_ms);
        // A key can outlive its expiry only in the model's callers that have none; tokens end after 15 minutes.
        let answer = callers[call.caller].caller.get(path).send();
        prop_assert_eq!(answer.status, expected, "{:?} at {}: {}", call, now_ms, answer);
    }
    Ok(())
}

const fn member(role: Role) -> Standing {
    Standing::Member { role, active: true }
}

fn callers<'a>(app: &'a App, ada: &insula_tests::support::Person<'a>) -> Vec<Known<'a>> {
    let tenant = ada.tenant_id.clone();
    let viewer = app.member(ada, "viewer");
    let removed = app.member(ada, "admin");
    app.db().execute(&format!("delete from membership where user_id = '{}'", removed.user_id));
    let eve = app.person("eve");
    app.db().execute("update access_token set expires_at_ms = 4102444800000");
    let key = |scopes: &[Scope]| Known {
        caller: ada.key(&scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>()),
        bucket: tenant.clone(),
        standing: member(Role::Owner),
        scopes: Some(scopes.to_vec()),
        valid: true,
    };
    let revoked = key(&[Scope::Read]);
    app.db().execute("update api_key set revoked_at_ms = 1");
    let eves_key = eve.key(&[Scope::Read.as_str()]);
    app.db().execute(&format!("update tenant set state = 'suspended' where id = '{}'", eve.tenant_id));
    let suspended = Standing::Member { role: Role::Owner, active: false };
    vec![
        Known {
            caller: ada.caller.clone(),
            bucket: format!("{tenant}:{}", ada.user_id),
            standing: member(Role::Owner),
            scopes: None,
            valid: true,
        },
        Known {
            caller: viewer.caller.clone(),
            bucket: format!("{tenant}:{}", viewer.user_id),
            standing: member(Role::Viewer),
            scopes: None,
            valid: true,
        },
        Known { valid: false, ..revoked },
        key(&[Scope::Read]),
        key(&[Scope::Admin, Scope::Read]),
        key(&[Scope::Analyze]),
        Known {
            caller: removed.caller.clone(),
            bucket: removed.user_id.clone(),
            standing: Standing::NoTenant,
            scopes: None,
            valid: true,
        },
        Known {
            caller: eve.caller.clone(),
            bucket: format!("{}:{}", eve.tenant_id, eve.user_id),
            standing: suspended,
            scopes: None,
            valid: true,
        },
        Known {
            caller: eves_key,
            bucket: eve.tenant_id.clone(),
            standing: suspended,
            scopes: Some(vec![Scope::Read]),
            valid: true,
        },
    ]
}
