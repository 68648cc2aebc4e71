//! What an answer says of limits: `RateLimit-Policy` and `RateLimit`, and what whoever comes too often is told.

use crate::bindings::insula::access::types::{Limit, Refusal};
use crate::problem::{Kind, Problem};
use crate::time::Timestamp;

/// The values of `RateLimit-Policy` and `RateLimit` as draft-ietf-httpapi-ratelimit-headers says, lists of structured
/// fields; none where there are no limits.
pub(crate) fn headers(limits: &[Limit]) -> Option<(String, String)> {
    let policy = |limit: &Limit| format!("\"{}\";q={};w={}", limit.policy, limit.quota, limit.window_seconds);
    let state =
        |limit: &Limit| format!("\"{}\";r={};t={}", limit.policy, limit.remaining, limit.reset_seconds);
    let join = |parts: Vec<String>| parts.join(", ");
    (!limits.is_empty())
        .then(|| (join(limits.iter().map(policy).collect()), join(limits.iter().map(state).collect())))
}

/// A problem that tells what is left of the limits.
pub(crate) fn with(problem: Problem, limits: &[Limit]) -> Problem {
    match headers(limits) {
        Some((policy, state)) => problem.listed("ratelimit-policy", &policy).listed("ratelimit", &state),
        None => problem,
    }
}

/// A refusal by a limit, with what it is and when it lets through again.
pub(crate) fn refused(problem: Problem, refusal: &Refusal) -> Problem {
    let limit = &refusal.limit;
    let reset_at =
        Timestamp::now().plus_ms(i64::try_from(refusal.retry_after_seconds).unwrap_or_default() * 1_000);
    let problem = problem
        .member("limit", limit.quota)
        .member("used", limit.quota.saturating_sub(limit.remaining))
        .member("reset_at", reset_at.to_rfc3339())
        .retry_after(refusal.retry_after_seconds);
    with(problem, &refusal.limits)
}

/// A refusal of what the guard doesn't count and whose pace grows, told as its own are. What holds now is told: one more
/// try, in so many seconds.
#[must_use]
pub fn wait(kind: &'static Kind, policy: &str, seconds: u64) -> Problem {
    let policy = policy.to_owned();
    let limit = Limit { policy, quota: 1, window_seconds: seconds, remaining: 0, reset_seconds: seconds };
    let limits = vec![limit.clone()];
    let problem = Problem::new(kind).member("policy", limit.policy.clone());
    refused(problem, &Refusal { limit, limits, retry_after_seconds: seconds })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_lists_of_structured_fields() {
        let limit = |policy: &str| Limit {
            policy: policy.to_owned(),
            quota: 20,
            window_seconds: 120,
            remaining: 19,
            reset_seconds: 6,
        };
        let (policy, state) = headers(&[limit("rate"), limit("api_calls")]).unwrap();
        assert_eq!(policy, "\"rate\";q=20;w=120, \"api_calls\";q=20;w=120");
        assert_eq!(state, "\"rate\";r=19;t=6, \"api_calls\";r=19;t=6");
    }
}
