//! On SQLite a call is two statements. The first reads what the rule needs and takes no lock, so whoever is refused
//! never waits for a writer and keeps none waiting. The second, for calls that the rule lets in, takes the tokens and
//! counts the call, or does neither: another call may have been faster. It does more for the few calls that need more:
//! those that an endpoint's or a key's limit applies to, and a key's first in a minute, which is noted. For a tenant with
//! limits of its own, those are read in between.

use insula_domain::admission::{self, Limited, Policy};
use insula_domain::bucket::Bucket;
use insula_sql::params;
use insula_sql::{Db, Error, Scope, Statement};

use super::custom;
use super::found::{Found, find};
use crate::service::{Decision, Question};

const ADMIT: &str = include_str!("../../sql/sqlite/admitted_call_insert.sql");
const ADMIT_LIMITED: &str = include_str!("../../sql/sqlite/limited_call_2_insert.sql");
const LIST_BUCKETS: &str = include_str!("../../sql/sqlite/bucket_list.sql");

/// How often a call is decided again that others were faster than. Each time one of them was let in, so only a limit
/// that is never reached could make a call lose so often.
const ATTEMPTS: usize = 100;

pub async fn decide(db: &Db, question: &Question) -> Result<Option<Decision>, Error> {
    for _ in 0..ATTEMPTS {
        let Some(mut found) = find(db, question).await? else { return Ok(None) };
        apply_customs(db, question, &mut found).await?;
        match admission::decide(&found.decision.facts, question.rule, question.now_ms) {
            Err(admission::Denial::Unauthenticated) => return Ok(None),
            Err(denial) => return Ok(Some(found.refused(denial))),
            Ok(_) => {}
        }
        if let Some(decision) = admit(db, question, found).await? {
            return Ok(Some(decision));
        }
    }
    Err(Error::Busy)
}

/// Counts a call whose tokens were taken elsewhere, and notes the key's use. None when there is no quota left.
pub async fn count(db: &Db, question: &Question, found: &Found) -> Result<Option<Option<i64>>, Error> {
    let nothing = || params![None::<String>, None::<i64>, None::<i64>];
    let mut params = params![None::<String>, question.now_ms, None::<i64>, None::<i64>];
    params.extend(nothing().into_iter().chain(nothing()));
    params.extend(params![
        found.counts_for(question),
        question.day_ms(),
        found.decision.facts.calls_quota,
        found.used_key_id.clone()
    ]);
    let rows = db.query(Scope::System, Statement::new(ADMIT_LIMITED, params)).await?;
    rows.first().map(|row| row.optional_integer("calls")).transpose()
}

/// Puts the tenant's own limits in the place of those that were found, each with its bucket.
async fn apply_customs(db: &Db, question: &Question, found: &mut Found) -> Result<(), Error> {
    let Some(limits) = custom::limits(db, question, found).await? else { return Ok(()) };
    let id = |(policy, rate): &(Policy, insula_domain::bucket::Rate)| {
        found.bucket_id(question, *policy, rate.window_ms)
    };
    let ids: Vec<String> = limits.iter().map(id).collect();
    let nth = |at: usize| ids.get(at).cloned();
    let rows = db.query(Scope::System, Statement::new(LIST_BUCKETS, params![nth(0), nth(1), nth(2)])).await?;
    let mut applying = Vec::with_capacity(limits.len());
    for ((policy, rate), id) in limits.into_iter().zip(&ids) {
        let mut bucket = None;
        for row in &rows {
            if row.text("id")? == *id {
                bucket =
                    Some(Bucket { level: row.integer("level")?, level_at_ms: row.integer("level_at_ms")? });
            }
        }
        applying.push(Limited { policy, rate, bucket });
    }
    found.decision.facts.limits = applying;
    Ok(())
}

/// Takes the tokens and counts the call. None when there is no token or no quota left any more.
async fn admit(db: &Db, question: &Question, mut found: Found) -> Result<Option<Decision>, Error> {
    let rows = db.query(Scope::System, admission(&found, question)).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let facts = &mut found.decision.facts;
    for limited in &mut facts.limits {
        let (level, at_ms) = match limited.policy {
            Policy::Plan => ("level", "level_at_ms"),
            Policy::Endpoint => ("endpoint_level", "endpoint_level_at_ms"),
            Policy::Key => ("key_level", "key_level_at_ms"),
        };
        limited.bucket = Some(Bucket { level: row.integer(level)?, level_at_ms: row.integer(at_ms)? });
    }
    if let Some(calls) = row.optional_integer("calls")? {
        facts.calls = calls;
    }
    Ok(Some(found.decision))
}

/// The statement that takes the tokens and counts the call.
fn admission(found: &Found, question: &Question) -> Statement {
    let facts = &found.decision.facts;
    let limit = |policy| facts.limits.iter().find(|limited| limited.policy == policy);
    let calls = |policy| limit(policy).map(|limited| limited.rate.calls);
    let window_ms = |policy| limit(policy).map(|limited| limited.rate.window_ms);
    let burst = limit(Policy::Plan).map(|limited| limited.rate.burst);
    let bucket_id = |limited: &Limited| found.bucket_id(question, limited.policy, limited.rate.window_ms);
    let bucket = |policy| limit(policy).map(bucket_id);
    let counts_for = found.counts_for(question);
    let (day_ms, quota) = (question.day_ms(), facts.calls_quota);
    let mut params = params![bucket(Policy::Plan), question.now_ms, calls(Policy::Plan), burst];
    let is_plain = matches!(facts.limits.as_slice(), [Limited { policy: Policy::Plan, .. }]);
    if is_plain && found.used_key_id.is_none() {
        params.extend(params![counts_for, day_ms, quota]);
        return Statement::new(ADMIT, params);
    }
    for policy in [Policy::Endpoint, Policy::Key] {
        params.extend(params![bucket(policy), calls(policy), window_ms(policy)]);
    }
    params.extend(params![counts_for, day_ms, quota, found.used_key_id.clone()]);
    Statement::new(ADMIT_LIMITED, params)
}
