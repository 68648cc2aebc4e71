//! What a plan is. Pure: no I/O, no clock.

use insula_domain::bucket::Rate;
use insula_domain::rate_limit::RateLimit;
use insula_kit::validate::{Errors, FieldError, rate_limit};

use crate::limit::{fault_of_burst, is_operation};

const NAME_LENGTH: usize = 40;
/// The most quotas, and the most limited operations, of one plan.
const ENTRIES_LIMIT: usize = 100;
/// The most of a metric: sums of it stay in 64 bits.
const QUOTA_LIMIT: i64 = 1_000_000_000_000_000;
const USERS_LIMIT: i64 = 1_000_000;

/// What tenants may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    pub name: String,
    pub terms: Terms,
    /// How often it was changed; -1 before it is there.
    pub version: i64,
}

/// All of a plan that can be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    pub rate: Rate,
    /// The most members of a tenant; none is unlimited.
    pub max_users: Option<i64>,
    /// The most of a metric in one of its periods; what isn't there is unlimited.
    pub quotas: Vec<(String, i64)>,
    /// What limits an operation besides.
    pub endpoint_limits: Vec<(String, RateLimit)>,
}

/// Whether a plan may be called so: small letters, digits and inner hyphens.
pub fn is_name(text: &str) -> bool {
    (1..=NAME_LENGTH).contains(&text.len())
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && !text.ends_with('-')
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

impl Terms {
    /// Reads what was asked for, and reports every bad field at once.
    pub fn read(
        (calls, burst): (i64, i64),
        max_users: Option<i64>,
        quotas: Vec<(String, i64)>,
        endpoint_limits: &[(String, String)],
    ) -> Result<Self, Vec<FieldError>> {
        let mut errors = Errors::default();
        let range = |field: &str, range: &str| FieldError::new(field, "range", format!("must be {range}"));
        if !(1..=Rate::MAX).contains(&calls) {
            errors.add(range("requests_per_minute", "1 to 1000000"));
        } else if let Some(error) = fault_of_burst(Rate::per_minute(calls, burst)) {
            errors.add(error);
        }
        if max_users.is_some_and(|most| !(1..=USERS_LIMIT).contains(&most)) {
            errors.add(range("max_users", "1 to 1000000, or null"));
        }
        bound("quotas", quotas.len(), &mut errors);
        for (at, (metric, quota)) in quotas.iter().enumerate() {
            if quotas[..at].iter().any(|(other, _)| other == metric) {
                errors.add(repeated(&format!("quotas/{at}/metric")));
            }
            if !(0..=QUOTA_LIMIT).contains(quota) {
                errors.add(range(&format!("quotas/{at}/quota"), "0 to 1000000000000000"));
            }
        }
        bound("endpoint_limits", endpoint_limits.len(), &mut errors);
        let mut limits = Vec::new();
        for (at, (operation, text)) in endpoint_limits.iter().enumerate() {
            let field = format!("endpoint_limits/{at}/operation");
            if !is_operation(operation) {
                errors.add(FieldError::new(&field, "format", "must be an operation's id, such as `analyze`"));
            } else if endpoint_limits[..at].iter().any(|(other, _)| other == operation) {
                errors.add(repeated(&field));
            }
            let limit = errors.keep(rate_limit(&format!("endpoint_limits/{at}/rate_limit"), text));
            limits.extend(limit.map(|limit| (operation.clone(), limit)));
        }
        let rate = Rate::per_minute(calls, burst);
        errors.finish(Some(Self { rate, max_users, quotas, endpoint_limits: limits }))
    }
}

fn bound(field: &str, count: usize, errors: &mut Errors) {
    if count > ENTRIES_LIMIT {
        errors.add(FieldError::new(field, "length", format!("must have at most {ENTRIES_LIMIT} items")));
    }
}

fn repeated(field: &str) -> FieldError {
    FieldError::new(field, "repeated", "may be given once")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_named_for_a_path() {
        for good in ["free", "pro-2", "a"] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", "-a", "a-", "Free", "a b", "a/b", "2a", &"a".repeat(41)] {
            assert!(!is_name(bad), "{bad:?}");
        }
    }

    #[test]
    fn every_bad_term_is_told_at_its_place() {
        let text = |text: &str| text.to_owned();
        let quotas = vec![(text("api_calls"), -1), (text("api_calls"), 1)];
        let limits =
            [(text("Analyze"), text("1/week")), (text("a"), text("1/hour")), (text("a"), text("1/day"))];
        let errors = Terms::read((0, 1), Some(0), quotas, &limits).unwrap_err();
        let places: Vec<_> = errors.iter().map(|error| (error.pointer.as_str(), error.code)).collect();
        assert_eq!(
            places,
            [
                ("/requests_per_minute", "range"),
                ("/max_users", "range"),
                ("/quotas/0/quota", "range"),
                ("/quotas/1/metric", "repeated"),
                ("/endpoint_limits/0/operation", "format"),
                ("/endpoint_limits/0/rate_limit", "format"),
                ("/endpoint_limits/2/operation", "repeated"),
            ]
        );
        assert!(Terms::read((1, 1_440), None, Vec::new(), &[]).is_ok());
        assert_eq!(Terms::read((1, 1_441), None, Vec::new(), &[]).unwrap_err()[0].pointer, "/burst");
    }
}
