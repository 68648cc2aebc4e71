//! The rule, over buckets and counters of the model's own.

use std::collections::HashMap;

use insula_domain::admission::{Demand, Denial, Facts, Limited, Policy, Standing, decide};
use insula_domain::bucket::{Bucket, Rate};
use insula_domain::custom_limit::{Custom, Customs};
use insula_domain::known_networks::{KnownNetworks, Seen, around};
use insula_domain::metric::Reset;
use insula_domain::network::address;

use super::callers::Known;
use super::steps::Call;
use super::{
    ALL_OWN, CLIENTS, ENDPOINTS, KEY_OPERATORS, KEYS, OTHER_KEYS, QUOTA, RATE, REPORTS, ROUTES, USAGE_OWN,
};

/// What a decision looks like from outside: the status, when to try again, and which decision it is.
pub type Decision = (u16, Option<i64>, &'static str);

/// Buckets and counters of the model, and what was changed.
#[derive(Default)]
pub struct Model {
    /// The tenant that has limits of its own, if any has.
    pub custom: Option<String>,
    buckets: HashMap<String, Bucket>,
    /// By tenant and day.
    calls: HashMap<(usize, i64), i64>,
    /// The day on which the quota was used up.
    used_up: Option<i64>,
    pub eve_is_active: bool,
    /// From where keys were used.
    networks: HashMap<String, KnownNetworks>,
    /// How many networks were new.
    pub told: i64,
    pub other_limits: [bool; 2],
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

    /// Remembers from where a key is used.
    fn see(&mut self, known: &Known<'_>, call: Call, now_ms: i64) {
        let networks = self.networks.entry(known.caller.credential.clone()).or_default();
        match networks.see(&around(address(CLIENTS[call.client]).unwrap()), now_ms) {
            Seen::Nothing => {}
            Seen::First(next) => *networks = next,
            Seen::New(next) => {
                *networks = next;
                self.told += 1;
            }
        }
    }

    /// What the rule says of a call.
    pub fn expect(&mut self, known: &Known<'_>, call: Call, now_ms: i64) -> Decision {
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
            impersonated: known.impersonated,
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
                if !is_person {
                    self.see(known, call, now_ms);
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
