//! On SQLite a call is two statements. The first reads what the rule needs and takes no lock, so whoever is refused
//! never waits for a writer and keeps none waiting. The second, for calls that the rule lets in, takes the token and
//! counts the call, or does neither: another call may have been faster.

use insula_domain::admission::{self, Facts, Standing};
use insula_domain::bucket::{Bucket, Rate};
use insula_domain::role::Role;
use insula_domain::scope::from_text;
use insula_sql::params;
use insula_sql::{Db, Error, Row, Scope, Statement};
use subtle::ConstantTimeEq;

use crate::credential::Credential;
use crate::service::{Decision, Question};

const BY_KEY: &str = include_str!("../../sql/sqlite/caller_get_by_key.sql");
const BY_TOKEN: &str = include_str!("../../sql/sqlite/caller_get_by_token.sql");
const ADMIT: &str = include_str!("../../sql/sqlite/admitted_call_insert.sql");

/// How often a call is decided again that others were faster than. Each time one of them was let in, so only a limit
/// that is never reached could make a call lose so often.
const ATTEMPTS: usize = 100;

/// What was read, as far as the rule doesn't need it.
struct Found {
    decision: Decision,
    bucket_id: String,
}

pub async fn decide(db: &Db, question: &Question) -> Result<Option<Decision>, Error> {
    for _ in 0..ATTEMPTS {
        let Some(found) = find(db, question).await? else { return Ok(None) };
        match admission::decide(&found.decision.facts, question.rule, question.now_ms) {
            Err(admission::Denial::Unauthenticated) => return Ok(None),
            Err(denial) => return Ok(Some(found.refused(denial, question))),
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
            (Statement::new(BY_KEY, params![question.day_ms(), *key_id]), digest)
        }
        Credential::Token { digest } | Credential::OperatorKey { digest } => {
            let params = params![question.asked_tenant_id.clone(), question.day_ms(), digest];
            (Statement::new(BY_TOKEN, params), digest)
        }
    };
    let rows = db.query(Scope::System, statement).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let same = row.text("digest")?.as_bytes().ct_eq(digest.as_bytes());
    if bool::from(same) { read(row, question).map(Some) } else { Ok(None) }
}

/// Takes the token and counts the call. None when there is no token or no quota left any more.
async fn admit(db: &Db, question: &Question, found: Found) -> Result<Option<Decision>, Error> {
    let Found { mut decision, bucket_id } = found;
    let counts_for = decision.tenant_id.clone().filter(|_| question.rule.metered);
    let facts = &mut decision.facts;
    let params = params![
        bucket_id,
        question.now_ms,
        facts.rate.per_minute,
        facts.rate.burst,
        counts_for,
        question.day_ms(),
        facts.calls_quota
    ];
    let rows = db.query(Scope::System, Statement::new(ADMIT, params)).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    facts.bucket = Some(Bucket { level: row.integer("level")?, level_at_ms: row.integer("level_at_ms")? });
    if let Some(calls) = row.optional_integer("calls")? {
        facts.calls = calls;
    }
    Ok(Some(decision))
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
    let bucket = match (row.optional_integer("level")?, row.optional_integer("level_at_ms")?) {
        (Some(level), Some(level_at_ms)) => Some(Bucket { level, level_at_ms }),
        _ => None,
    };
    let person_id = row.text("person_id")?;
    let tenant_id = row.optional_text("tenant_id")?.filter(|_| !elsewhere);
    let bucket_id = match (&tenant_id, by_key) {
        (Some(tenant_id), true) => tenant_id.clone(),
        (Some(tenant_id), false) => format!("{tenant_id}:{person_id}"),
        (None, _) => person_id.clone(),
    };
    let facts = Facts {
        valid: unexpired && unrevoked && (role.is_some() || !by_key),
        standing,
        scopes: row.optional_text("scopes")?.as_deref().map(from_text),
        rate: Rate { per_minute: row.integer("requests_per_minute")?, burst: row.integer("burst")? },
        bucket,
        calls: row.integer("calls")?,
        calls_quota: row.optional_integer("quota")?,
    };
    let decision = Decision {
        credential_id: row.text("credential_id")?,
        person_id,
        tenant_id,
        plan: row.text("plan")?,
        facts,
        outcome: Ok(()),
    };
    Ok(Found { decision, bucket_id })
}

impl Found {
    fn refused(mut self, denial: admission::Denial, question: &Question) -> Decision {
        let facts = &mut self.decision.facts;
        facts.bucket = facts.bucket.map(|bucket| bucket.refilled(facts.rate, question.now_ms));
        self.decision.outcome = Err(denial);
        self.decision
    }
}
