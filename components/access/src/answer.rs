//! A decision in the words of the interface.

use insula_domain::admission::{Denial, Limited, Standing};
use insula_domain::metric::{API_CALLS, Reset};
use insula_domain::scope::effective;
use insula_sql::Error;

use crate::bindings::exports::insula::access::guard as wit;
use crate::bindings::insula::access::types;
use crate::credential::Credential;
use crate::service::{Decision, Question, to_wit};

/// The grant or the denial that a decision means.
pub fn of(decision: Decision, question: &Question) -> Result<wit::Grant, wit::Denial> {
    match decision.outcome {
        Ok(()) => Ok(grant(decision, question)),
        Err(Denial::Unauthenticated) => Err(wit::Denial::Unauthenticated),
        Err(Denial::Hidden) => Err(wit::Denial::Hidden),
        Err(Denial::Suspended) => Err(wit::Denial::Suspended),
        Err(Denial::Forbidden) => Err(wit::Denial::Forbidden),
        Err(Denial::RateLimited { policy, wait_ms }) => {
            let name = policy.as_str();
            refusal(name, wait_ms, &decision, question)
                .map_or_else(broken, |refusal| Err(wit::Denial::RateLimited(refusal)))
        }
        Err(Denial::QuotaExceeded { wait_ms }) => refusal(API_CALLS, wait_ms, &decision, question)
            .map_or_else(broken, |refusal| Err(wit::Denial::QuotaExceeded(refusal))),
    }
}

/// A failure of the database.
pub fn failure(error: &Error) -> types::Failure {
    match error {
        Error::Busy | Error::Unreachable(_) => types::Failure::Unavailable(error.to_string()),
        Error::Refused(_) | Error::Statement(_) | Error::Decode(_) | Error::Elsewhere | Error::Foreign => {
            types::Failure::Internal(error.to_string())
        }
    }
}

fn grant(decision: Decision, question: &Question) -> wit::Grant {
    let limits = limits(&decision, question);
    let caller = match question.credential {
        Credential::ApiKey { .. } => types::Caller::ApiKey(types::ApiKey {
            key_id: decision.credential_id,
            creator_id: decision.person_id,
        }),
        Credential::Token { .. } | Credential::OperatorKey { .. } => {
            let person = types::Person { user_id: decision.person_id, session_id: decision.credential_id };
            if decision.facts.impersonated {
                types::Caller::Impersonator(person)
            } else {
                types::Caller::Person(person)
            }
        }
    };
    let membership = match (decision.facts.standing, decision.tenant_id) {
        (Standing::Member { role, .. }, Some(tenant_id)) => Some(types::Membership {
            tenant_id,
            role: role.as_str().to_owned(),
            permissions: effective(role, decision.facts.scopes.as_deref()).into_iter().map(to_wit).collect(),
            plan: decision.plan,
        }),
        (Standing::Member { .. } | Standing::NoTenant | Standing::Stranger, _) => None,
    };
    wit::Grant { caller, membership, limits, new_network: decision.new_network }
}

fn refusal(policy: &str, wait_ms: i64, decision: &Decision, question: &Question) -> Option<types::Refusal> {
    let limits = limits(decision, question);
    let limit = limits.iter().find(|limit| limit.policy == policy)?.clone();
    Some(types::Refusal { limit, retry_after_seconds: seconds(wait_ms).max(1), limits })
}

/// A limit refused the call that isn't among those that apply.
fn broken() -> Result<wit::Grant, wit::Denial> {
    Err(wit::Denial::Failed(types::Failure::Internal("a limit without a state".to_owned())))
}

fn limits(decision: &Decision, question: &Question) -> Vec<types::Limit> {
    let rates = decision.facts.limits.iter().map(|limited| rate(*limited, question));
    rates.chain(calls(decision, question)).collect()
}

fn rate(limited: Limited, question: &Question) -> types::Limit {
    let (rate, bucket) = (limited.rate, limited.refilled(question.now_ms));
    types::Limit {
        policy: limited.policy.as_str().to_owned(),
        quota: whole(rate.burst),
        window_seconds: whole(rate.fill_seconds()),
        remaining: whole(bucket.tokens(rate)),
        reset_seconds: whole(bucket.full_in_seconds(rate)),
    }
}

fn calls(decision: &Decision, question: &Question) -> Option<types::Limit> {
    let quota = decision.facts.calls_quota.filter(|_| decision.tenant_id.is_some())?;
    let day = Reset::Daily.period(question.now_ms);
    let end_ms = day.end_ms?;
    Some(types::Limit {
        policy: API_CALLS.to_owned(),
        quota: whole(quota),
        window_seconds: seconds(end_ms - day.start_ms),
        remaining: whole(quota - decision.facts.calls),
        reset_seconds: seconds(end_ms - question.now_ms),
    })
}

/// Milliseconds as whole seconds, rounded up.
fn seconds(ms: i64) -> u64 {
    whole((ms + 999) / 1_000)
}

/// A count; below zero there is none.
fn whole(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}
