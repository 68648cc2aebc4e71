//! What can be chosen of a key, and how it is read from input. Pure: no I/O, no clock.

use std::collections::BTreeMap;

use insula_domain::network::{NETWORKS_LIMIT, Networks, network};
use insula_domain::rate_limit::RateLimit;
use insula_domain::scope::Scope;
use insula_kit::time::Timestamp;
use insula_kit::validate::{Errors, FieldError, line, rate_limit};

const DAY_MS: i64 = 86_400_000;
const DAYS: std::ops::RangeInclusive<i64> = 1..=3_650;

/// What can be chosen, and changed later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    pub name: String,
    pub scopes: Vec<Scope>,
    pub expires_at: Option<Timestamp>,
    /// How fast it may call, where that is less than the plan allows.
    pub limit: Option<RateLimit>,
    /// Where it may be used; none is everywhere.
    pub networks: Option<Networks>,
    pub metadata: BTreeMap<String, String>,
}

/// What people call it.
pub fn name(text: &str, errors: &mut Errors) -> Option<String> {
    errors.keep(line("name", text, 1, 100))
}

/// When a key that is made at `now` ends.
pub fn ends_at(days: i64, now: Timestamp, errors: &mut Errors) -> Option<Timestamp> {
    if !DAYS.contains(&days) {
        errors.add(FieldError::new("expires_in_days", "range", "must be a whole number from 1 to 3650"));
        return None;
    }
    Some(now.plus_ms(days * DAY_MS))
}

/// How fast it may call.
pub fn limit(text: &str, errors: &mut Errors) -> Option<RateLimit> {
    errors.keep(rate_limit("rate_limit", text))
}

/// The networks that a key may be used from.
pub fn networks(texts: &[String], errors: &mut Errors) -> Option<Networks> {
    if texts.is_empty() || texts.len() > NETWORKS_LIMIT {
        let detail = format!("must name 1 to {NETWORKS_LIMIT} networks, or be null");
        errors.add(FieldError::new("allowed_networks", "length", detail));
        return None;
    }
    let mut found = Vec::with_capacity(texts.len());
    for (at, text) in texts.iter().enumerate() {
        match network(text) {
            Some(network) => found.push(network),
            None => errors.add(FieldError::new(
                &format!("allowed_networks/{at}"),
                "network",
                "must be an IPv4 or IPv6 address, or a network such as `192.0.2.0/24`",
            )),
        }
    }
    (found.len() == texts.len()).then(|| Networks::new(found))
}

/// What a key is for.
pub fn scopes(names: &[String], errors: &mut Errors) -> Vec<Scope> {
    let mut scopes = Vec::new();
    if names.is_empty() || names.len() > Scope::ALL.len() {
        let most = Scope::ALL.len();
        errors.add(FieldError::new("scopes", "length", format!("must name 1 to {most} scopes")));
        return scopes;
    }
    for (at, name) in names.iter().enumerate() {
        match Scope::parse(name) {
            None => errors.add(at_scope(at, "scope", "is not a scope")),
            Some(scope) if scopes.contains(&scope) => {
                errors.add(at_scope(at, "repeated", "may be given once"));
            }
            Some(scope) => scopes.push(scope),
        }
    }
    scopes
}

/// A fault of one of the scopes.
pub fn at_scope(at: usize, code: &'static str, detail: &str) -> FieldError {
    FieldError::new(&format!("scopes/{at}"), code, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults<T>(read: impl FnOnce(&mut Errors) -> T) -> Vec<(String, &'static str)> {
        let mut errors = Errors::default();
        let _ = read(&mut errors);
        let found = errors.finish(None::<()>).unwrap_err();
        found.into_iter().map(|error| (error.pointer, error.code)).collect()
    }

    fn owned(faults: &[(&str, &'static str)]) -> Vec<(String, &'static str)> {
        faults.iter().map(|(pointer, code)| ((*pointer).to_owned(), *code)).collect()
    }

    #[test]
    fn scopes_are_named_once_each_and_known() {
        let texts = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let found = faults(|errors| scopes(&texts(&["read", "root", "read"]), errors));
        assert_eq!(found, owned(&[("/scopes/1", "scope"), ("/scopes/2", "repeated")]));
        assert_eq!(faults(|errors| scopes(&[], errors)), owned(&[("/scopes", "length")]));
        assert_eq!(faults(|errors| scopes(&texts(&["read"; 9]), errors)), owned(&[("/scopes", "length")]));
    }

    #[test]
    fn a_key_ends_after_whole_days() {
        let now = Timestamp::from_ms(7);
        let ends = |days| ends_at(days, now, &mut Errors::default()).map(Timestamp::as_ms);
        assert_eq!((ends(1), ends(3_650)), (Some(86_400_007), Some(315_360_000_007)));
        for days in [0, -1, 3_651, i64::MAX] {
            assert_eq!(faults(|errors| ends_at(days, now, errors)), owned(&[("/expires_in_days", "range")]));
        }
    }

    #[test]
    fn every_bad_network_is_told_by_its_place() {
        let texts = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let found = faults(|errors| networks(&texts(&["10.0.0.0/8", "nowhere", "::/129"]), errors));
        assert_eq!(found, owned(&[("/allowed_networks/1", "network"), ("/allowed_networks/2", "network")]));
        for many in [texts(&[]), texts(&["10.0.0.0/8"; 33])] {
            assert_eq!(faults(|errors| networks(&many, errors)), owned(&[("/allowed_networks", "length")]));
        }
    }
}
