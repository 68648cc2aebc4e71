//! The system under test, and how a sequence is played on it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::Duration;

use insula_domain::bucket::Rate;
use insula_domain::credential::digest;
use insula_domain::custom_limit::Custom;
use insula_tests::support::{App, Person};
use proptest::prelude::*;

use super::callers::{Known, callers, set};
use super::rule::Model;
use super::steps::{Call, Step, Wait};
use super::{
    ALL_OWN, CLIENTS, ENDPOINTS, KEY_OPERATORS, KEYS, OTHER_KEYS, QUOTA, RATE, REPORTS, ROUTES, USAGE_OWN,
};

/// 2030-01-01T00:00:00Z, where every application's clock starts.
const START_MS: i64 = 1_893_456_000_000;

/// The system under test, with its callers.
pub struct World<'a> {
    app: &'a App,
    callers: Vec<Known<'a>>,
    adas_tenant: String,
    eves_tenant: String,
    now_ms: Cell<i64>,
    pub played: Cell<usize>,
    pub seen: RefCell<BTreeMap<&'static str, usize>>,
}

impl<'a> World<'a> {
    pub fn new(app: &'a App, ada: &Person<'a>) -> Self {
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
        self.app.db().execute(
            "delete from usage_counter; update api_key set known_networks = null, networks_told_until_ms = null",
        );
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

    /// Plays a sequence, and compares each call with the model.
    pub fn play(&self, steps: &[Step]) -> Result<(), TestCaseError> {
        self.begin();
        self.played.set(self.played.get() + 1);
        let mut model = Model::default();
        let told =
            || self.app.db().number("select count(*) from audit_entry where action = 'key.new_network'");
        let before = told();
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
        prop_assert_eq!(told() - before, model.told, "networks that keys were new in");
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
