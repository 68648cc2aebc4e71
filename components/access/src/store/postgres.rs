//! On PostgreSQL the whole decision is one call of the function `insula_admit_4`, unless the buckets are elsewhere.

use insula_domain::admission::{self, Denial, Facts, Policy, Standing};
use insula_domain::known_networks;
use insula_domain::metric::Reset;
use insula_domain::role::Role;
use insula_domain::scope::{Scope, from_text};
use insula_sql::params;
use insula_sql::{Db, Error, Row};

use super::found::Found;
use super::limits;
use crate::credential::Credential;
use crate::service::{Decision, Question};

const CALL_ADMIT: &str = include_str!("../../sql/postgres/call_admit.sql");
const CALL_COUNT: &str = include_str!("../../sql/postgres/call_count.sql");

pub async fn decide(address: &str, question: &Question) -> Result<Option<Decision>, Error> {
    let (by_token, key_id, digest) = match &question.credential {
        Credential::ApiKey { key_id, digest } => {
            (false, key_id.map(|key_id| key_id.to_string()).unwrap_or_default(), digest)
        }
        Credential::Token { digest } | Credential::OperatorKey { digest } => (true, String::new(), digest),
    };
    let rule = question.rule;
    // Nobody has the role with the empty name: the call is forbidden, after all that comes before that.
    let roles = if rule.caller_allowed { rule.permission.map(roles) } else { Some(String::new()) };
    let params = params![
        by_token,
        key_id,
        digest,
        question.asked_tenant_id.clone(),
        rule.tenant_required,
        roles,
        rule.permission.map(scopes),
        rule.metered,
        question.now_ms,
        question.day_ms(),
        question.endpoint.clone(),
        question.client.map(|client| client.to_string()),
        rule.impersonator_allowed,
        question.client.map(known_networks::around),
    ];
    let rows = Db::call(address, CALL_ADMIT, &params).await?;
    rows.first().map_or(Ok(None), |row| decision(row, question))
}

/// Counts a call whose tokens were taken elsewhere, and notes the key's use. None when there is no quota left.
pub async fn count(address: &str, question: &Question, found: &Found) -> Result<Option<Option<i64>>, Error> {
    let counts_for = found.counts_for(question);
    let params = params![
        counts_for.clone(),
        question.day_ms(),
        found.decision.facts.calls_quota,
        question.now_ms,
        found.used_key_id.clone(),
    ];
    let rows = Db::call(address, CALL_COUNT, &params).await?;
    let calls = rows.first().map_or(Ok(None), |row| row.optional_integer("calls"))?;
    Ok(if counts_for.is_some() { calls.map(Some) } else { Some(None) })
}

fn decision(row: &Row, question: &Question) -> Result<Option<Decision>, Error> {
    let outcome = row.text("outcome")?;
    if outcome == "unauthenticated" {
        return Ok(None);
    }
    let limits = limits(row)?;
    let role = row.optional_text("role")?.as_deref().and_then(Role::parse);
    let outcome = match outcome.as_str() {
        "admitted" => Ok(()),
        "hidden" => Err(Denial::Hidden),
        "suspended" => Err(Denial::Suspended),
        "forbidden" => Err(Denial::Forbidden),
        // The buckets are read after the refusal: should others have left a token meanwhile, the wait is a moment.
        "rate_limited" => Err(admission::take(&limits, question.now_ms)
            .err()
            .unwrap_or(Denial::RateLimited { policy: Policy::Plan, wait_ms: 1 })),
        "quota_exceeded" => {
            let end_ms = Reset::Daily.period(question.now_ms).end_ms.unwrap_or(question.now_ms);
            Err(Denial::QuotaExceeded { wait_ms: end_ms - question.now_ms })
        }
        _ => return Err(Error::Decode("outcome".to_owned())),
    };
    let standing = match role {
        Some(role) => Standing::Member { role, active: outcome != Err(Denial::Suspended) },
        None if outcome == Err(Denial::Hidden) => Standing::Stranger,
        None => Standing::NoTenant,
    };
    let facts = Facts {
        valid: true,
        impersonated: row.optional_integer("impersonated")? == Some(1),
        standing,
        scopes: row.optional_text("scopes")?.as_deref().map(from_text),
        limits,
        calls: row.optional_integer("calls")?.unwrap_or_default(),
        calls_quota: row.optional_integer("calls_quota")?,
    };
    Ok(Some(Decision {
        credential_id: row.text("credential_id")?,
        person_id: row.text("person_id")?,
        tenant_id: row.optional_text("tenant_id")?,
        plan: row.text("plan")?,
        facts,
        new_network: row.optional_integer("new_network")? == Some(1),
        outcome,
    }))
}

fn roles(permission: insula_domain::permission::Permission) -> String {
    Role::allowing(permission).map(Role::as_str).collect::<Vec<_>>().join(" ")
}

fn scopes(permission: insula_domain::permission::Permission) -> String {
    Scope::allowing(permission).map(Scope::as_str).collect::<Vec<_>>().join(" ")
}
