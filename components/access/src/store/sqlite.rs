//! On SQLite a call is two statements. The first reads what the rule needs and takes no lock, so whoever is refused
//! never waits for a writer and keeps none waiting. The second, for calls that the rule lets in, takes the tokens and
//! counts the call, or does neither: another call may have been faster. It does more for the few calls that need more:
//! those that an endpoint's or a key's limit applies to, and a key's first in a minute, which is noted. For a tenant with
//! limits of its own, those are read in between.

mod custom;

use insula_domain::admission::{self, Facts, Limited, Policy, Standing};
use insula_domain::bucket::{Bucket, MINUTE_MS};
use insula_domain::network::Networks;
use insula_domain::role::Role;
use insula_domain::scope::from_text;
use insula_sql::params;
use insula_sql::{Db, Error, Row, Scope, Statement};
use subtle::ConstantTimeEq;

use super::limits;
use crate::credential::Credential;
use crate::service::{Decision, Question};

const BY_KEY: &str = include_str!("../../sql/sqlite/caller_get_by_key.sql");
const BY_TOKEN: &str = include_str!("../../sql/sqlite/caller_get_by_token.sql");
const ADMIT: &str = include_str!("../../sql/sqlite/admitted_call_insert.sql");
const ADMIT_LIMITED: &str = include_str!("../../sql/sqlite/limited_call_2_insert.sql");

/// How often a call is decided again that others were faster than. Each time one of them was let in, so only a limit
/// that is never reached could make a call lose so often.
const ATTEMPTS: usize = 100;

/// What was read, as far as the rule doesn't need it.
struct Found {
    decision: Decision,
    bucket_id: String,
    /// The key whose limit applies, if a key is calling.
    limit_root: Option<String>,
    /// The key, if its use shall be noted.
    used_key_id: Option<String>,
}

pub async fn decide(db: &Db, question: &Question) -> Result<Option<Decision>, Error> {
    for _ in 0..ATTEMPTS {
        let Some(found) = find(db, question).await? else { return Ok(None) };
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

async fn find(db: &Db, question: &Question) -> Result<Option<Found>, Error> {
    let (statement, digest) = match &question.credential {
        Credential::ApiKey { key_id, digest } => {
            let params = params![question.endpoint.clone(), question.day_ms(), *key_id, digest];
            (Statement::new(BY_KEY, params), digest)
        }
        Credential::Token { digest } | Credential::OperatorKey { digest } => {
            let (asked, endpoint) = (question.asked_tenant_id.clone(), question.endpoint.clone());
            let params = params![asked, endpoint, question.day_ms(), digest];
            (Statement::new(BY_TOKEN, params), digest)
        }
    };
    let rows = db.query(Scope::System, statement).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let same = row.text("digest")?.as_bytes().ct_eq(digest.as_bytes());
    if !bool::from(same) {
        return Ok(None);
    }
    let mut found = read(row, question)?;
    if row.optional_integer("limited")? == Some(1) {
        custom::apply(db, question, &mut found).await?;
    }
    Ok(Some(found))
}

/// Takes the tokens and counts the call. None when there is no token or no quota left any more.
async fn admit(db: &Db, question: &Question, mut found: Found) -> Result<Option<Decision>, Error> {
    let rows = db.query(Scope::System, found.admission(question)).await?;
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

fn read(row: &Row, question: &Question) -> Result<Found, Error> {
    let by_key = matches!(question.credential, Credential::ApiKey { .. });
    let own_tenant_id = row.optional_text("own_tenant_id")?;
    let asked = question.asked_tenant_id.as_ref();
    let role = row.optional_text("role")?.as_deref().and_then(Role::parse);
    let elsewhere = by_key && asked.is_some_and(|asked| Some(asked) != own_tenant_id.as_ref());
    let standing = match role {
        Some(role) if !elsewhere => Standing::Member { role, active: row.text("state")? == "active" },
        None if asked.is_none() => Standing::NoTenant,
        Some(_) | None => Standing::Stranger,
    };
    let unexpired = row.optional_integer("expires_at_ms")?.is_none_or(|at_ms| at_ms > question.now_ms);
    let unrevoked = row.optional_integer("revoked_at_ms")?.is_none();
    let networks = row.optional_text("networks")?;
    let inside = networks.is_none_or(|networks| Networks::from_text(&networks).hold(question.client));
    let person_id = row.text("person_id")?;
    let tenant_id = row.optional_text("tenant_id")?.filter(|_| !elsewhere);
    let bucket_id = match (&tenant_id, by_key) {
        (Some(tenant_id), true) => tenant_id.clone(),
        (Some(tenant_id), false) => format!("{tenant_id}:{person_id}"),
        (None, _) => person_id.clone(),
    };
    let facts = Facts {
        valid: unexpired && unrevoked && inside && (role.is_some() || !by_key),
        standing,
        scopes: row.optional_text("scopes")?.as_deref().map(from_text),
        limits: limits(row)?,
        calls: row.integer("calls")?,
        calls_quota: row.optional_integer("quota")?,
    };
    let credential_id = row.text("credential_id")?;
    let last_used_ms = row.optional_integer("last_used_at_ms")?;
    let due = by_key && last_used_ms.is_none_or(|at_ms| at_ms <= question.now_ms - MINUTE_MS);
    let used_key_id = due.then(|| credential_id.clone());
    let decision =
        Decision { credential_id, person_id, tenant_id, plan: row.text("plan")?, facts, outcome: Ok(()) };
    let limit_root = row.optional_text("limit_root")?;
    Ok(Found { decision, bucket_id, limit_root, used_key_id })
}

impl Found {
    fn refused(mut self, denial: admission::Denial) -> Decision {
        self.decision.outcome = Err(denial);
        self.decision
    }

    /// The bucket that a limit of that policy draws from.
    fn bucket_id(&self, question: &Question, policy: Policy, window_ms: i64) -> String {
        match policy {
            Policy::Plan => self.bucket_id.clone(),
            Policy::Endpoint => {
                let endpoint = question.endpoint.as_deref().unwrap_or_default();
                format!("{}/{endpoint}:{window_ms}", self.bucket_id)
            }
            Policy::Key => {
                let owner = self.decision.tenant_id.as_deref().unwrap_or_default();
                format!("{owner}/{}:{window_ms}", self.limit_root.as_deref().unwrap_or_default())
            }
        }
    }

    /// The statement that takes the tokens and counts the call.
    fn admission(&self, question: &Question) -> Statement {
        let Decision { tenant_id, facts, .. } = &self.decision;
        let limit = |policy| facts.limits.iter().find(|limited| limited.policy == policy);
        let calls = |policy| limit(policy).map(|limited| limited.rate.calls);
        let window_ms = |policy| limit(policy).map(|limited| limited.rate.window_ms);
        let burst = limit(Policy::Plan).map(|limited| limited.rate.burst);
        let bucket_id = |limited: &Limited| self.bucket_id(question, limited.policy, limited.rate.window_ms);
        let bucket = |policy| limit(policy).map(bucket_id);
        let counts_for = tenant_id.clone().filter(|_| question.rule.metered);
        let (day_ms, quota) = (question.day_ms(), facts.calls_quota);
        let mut params = params![bucket(Policy::Plan), question.now_ms, calls(Policy::Plan), burst];
        let is_plain = matches!(facts.limits.as_slice(), [Limited { policy: Policy::Plan, .. }]);
        if is_plain && self.used_key_id.is_none() {
            params.extend(params![counts_for, day_ms, quota]);
            return Statement::new(ADMIT, params);
        }
        for policy in [Policy::Endpoint, Policy::Key] {
            params.extend(params![bucket(policy), calls(policy), window_ms(policy)]);
        }
        params.extend(params![counts_for, day_ms, quota, self.used_key_id.clone()]);
        Statement::new(ADMIT_LIMITED, params)
    }
}
