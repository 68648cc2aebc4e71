//! On SQLite the rule is applied here, between reading what it needs and storing what it decides, in one transaction
//! that writes alone: so nothing can change in between, and callers wait their turn instead of trying again.

use insula_domain::admission::{self, Admission, Denial, Facts, Standing};
use insula_domain::bucket::{Bucket, Rate};
use insula_domain::role::Role;
use insula_domain::scope::from_text;
use insula_kit::params;
use insula_kit::sql::{Db, Error, Row, Rows, Statement};
use subtle::ConstantTimeEq;

use crate::credential::Credential;
use crate::service::{Decision, Question};

const BY_KEY: &str = include_str!("../../sql/sqlite/caller_get_by_key.sql");
const BY_SESSION: &str = include_str!("../../sql/sqlite/caller_get_by_session.sql");
const PUT_BUCKET: &str = include_str!("../../sql/sqlite/bucket_put.sql");
const ADD_CALL: &str = include_str!("../../sql/sqlite/usage_counter_add_call.sql");

/// What was read, as far as the rule doesn't need it.
struct Found {
    decision: Decision,
    bucket_id: String,
}

type Run<'a> = dyn FnMut(&Statement) -> Result<Rows, Error> + 'a;

pub fn decide(db: &Db, question: &Question) -> Result<Option<Decision>, Error> {
    db.exclusive(|run| {
        let Some(found) = find(run, question)? else { return Ok(None) };
        match admission::decide(&found.decision.facts, question.rule, question.now_ms) {
            Err(Denial::Unauthenticated) => Ok(None),
            Err(denial) => Ok(Some(found.refused(denial, question))),
            Ok(admission) => {
                store(run, question, &found, admission)?;
                Ok(Some(found.admitted(admission)))
            }
        }
    })
}

fn find(run: &mut Run<'_>, question: &Question) -> Result<Option<Found>, Error> {
    let (statement, digest) = match &question.credential {
        Credential::ApiKey { key_id, digest } => {
            (Statement::new(BY_KEY, params![question.day_ms(), *key_id]), digest)
        }
        Credential::Token { digest } | Credential::OperatorKey { digest } => {
            let params = params![question.asked_tenant_id.clone(), question.day_ms(), digest];
            (Statement::new(BY_SESSION, params), digest)
        }
    };
    let rows = run(&statement)?;
    let Some(row) = rows.first() else { return Ok(None) };
    let same = row.text("digest")?.as_bytes().ct_eq(digest.as_bytes());
    if bool::from(same) { read(row, question).map(Some) } else { Ok(None) }
}

fn read(row: &Row, question: &Question) -> Result<Found, Error> {
    let by_key = matches!(question.credential, Credential::ApiKey { .. });
    let own_tenant_id = row.optional_text("own_tenant_id")?;
    let asked = question.asked_tenant_id.as_ref();
    let role = row.optional_text("role")?.as_deref().and_then(Role::parse);
    let elsewhere = by_key && asked.is_some_and(|asked| Some(asked) != own_tenant_id.as_ref());
    let standing = match role {
        Some(role) if !elsewhere => Standing::Member { role, active: row.text("state")? == "active" },
        None if asked.is_none() && own_tenant_id.is_none() => Standing::NoTenant,
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

fn store(run: &mut Run<'_>, question: &Question, found: &Found, admission: Admission) -> Result<(), Error> {
    let Admission { bucket, calls } = admission;
    run(&Statement::new(PUT_BUCKET, params![&found.bucket_id, bucket.level, bucket.level_at_ms]))?;
    let counted = calls > found.decision.facts.calls;
    if let Some(tenant_id) = found.decision.tenant_id.as_ref().filter(|_| counted) {
        run(&Statement::new(ADD_CALL, params![tenant_id, question.day_ms()]))?;
    }
    Ok(())
}

impl Found {
    fn admitted(mut self, admission: Admission) -> Decision {
        self.decision.facts.bucket = Some(admission.bucket);
        self.decision.facts.calls = admission.calls;
        self.decision
    }

    fn refused(mut self, denial: Denial, question: &Question) -> Decision {
        let facts = &mut self.decision.facts;
        facts.bucket = facts.bucket.map(|bucket| bucket.refilled(facts.rate, question.now_ms));
        self.decision.outcome = Err(denial);
        self.decision
    }
}
