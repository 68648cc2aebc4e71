//! The operations on what a tenant may. What is set counts from the next call on: the guard asks the database each time.

use insula_domain::action::Action;
use insula_domain::bucket::Rate;
use insula_kit::audit::Event;
use insula_kit::guard::Caller;
use insula_kit::id::{KeyId, TenantId};
use insula_kit::problem::{NOT_FOUND, TENANT_SUSPENDED};
use insula_kit::schema::Failure;
use insula_kit::sql::{self, Scope};
use insula_kit::validate::FieldError;
use insula_kit::{Cx, Problem};

use super::ATTEMPTS;
use crate::error::Error;
use crate::limit::{Limit, SUBJECTS_LIMIT, Subject};
use crate::store::limit::{self, Setter};

/// All that is set for a tenant, by subject.
pub async fn list(cx: &Cx, tenant_id: TenantId) -> Result<Vec<Limit>, Problem> {
    let rows = cx.query(Scope::Tenant(tenant_id), limit::list(tenant_id)).await?;
    let mut limits = rows.iter().map(limit::read).collect::<Result<Vec<_>, _>>()?;
    if limits.is_empty() {
        return Err(Problem::new(&NOT_FOUND));
    }
    limits.sort_by(|one, other| one.subject.cmp(&other.subject));
    Ok(limits)
}

/// What is set about one subject.
pub async fn get(cx: &Cx, tenant_id: TenantId, subject: &Subject) -> Result<Limit, Problem> {
    find(cx, tenant_id, subject).await?.ok_or_else(|| Problem::new(&NOT_FOUND))
}

/// Sets a limit of a tenant, as its operator or for itself. `check` sees what there was, and may refuse.
pub async fn set(
    cx: &Cx,
    tenant_id: TenantId,
    subject: &Subject,
    rate: Rate,
    check: impl Fn(Option<&Limit>) -> Result<(), Problem>,
) -> Result<Limit, Problem> {
    let by = setter(cx)?;
    // Who may make keys sets a key's own limit at the key.
    if matches!((by, subject), (Setter::Member(_), Subject::Key(_))) {
        return Err(Error::OperatorsOnly.into());
    }
    let subject = &match subject {
        Subject::Key(id) => root(cx, tenant_id, *id).await?.ok_or_else(|| Problem::new(&NOT_FOUND))?,
        Subject::All | Subject::Operation(_) => subject.clone(),
    };
    for _ in 0..ATTEMPTS {
        let found = find(cx, tenant_id, subject).await?;
        check(found.as_ref())?;
        let present = found.unwrap_or_else(|| Limit::none(subject));
        if let Setter::Member(role) = by {
            if present.ceiling().is_some_and(|ceiling| !rate.is_within(ceiling)) {
                let detail = "must not be above what the tenant has without it";
                return Err(FieldError::new("rate_limit", "exceeds-plan", detail).into());
            }
            if !present.may_set(role, Some(rate)) {
                return Err(Error::OwnersLimit.into());
            }
        }
        if write(cx, tenant_id, &present, by, Some(rate)).await? {
            return get(cx, tenant_id, subject).await;
        }
        if matches!(by, Setter::Member(_)) && present.version == 0 && is_full(&list(cx, tenant_id).await?) {
            return Err(Error::LimitsLimit.into());
        }
    }
    Err(sql::Error::Busy.into())
}

/// Removes what the caller's kind has set.
pub async fn clear(cx: &Cx, tenant_id: TenantId, subject: &Subject) -> Result<(), Problem> {
    let by = setter(cx)?;
    let subject = &drawn_from(cx, tenant_id, subject).await?;
    for _ in 0..ATTEMPTS {
        let present = get(cx, tenant_id, subject).await?;
        let (is_set, allowed) = match by {
            Setter::Operator => (present.custom.operator.is_some(), true),
            Setter::Member(role) => (present.own_role.is_some(), present.may_set(role, None)),
        };
        if !is_set {
            return Err(Problem::new(&NOT_FOUND));
        }
        if !allowed {
            return Err(Error::OwnersLimit.into());
        }
        if write(cx, tenant_id, &present, by, None).await? {
            return Ok(());
        }
    }
    Err(sql::Error::Busy.into())
}

/// Whether it was still what was read.
async fn write(
    cx: &Cx,
    tenant_id: TenantId,
    present: &Limit,
    by: Setter,
    rate: Option<Rate>,
) -> Result<bool, Problem> {
    let mut statements = limit::set(tenant_id, present, by, rate);
    let action = if rate.is_some() { Action::LimitSet } else { Action::LimitCleared };
    let mut entry = Event::new(action).in_tenant(tenant_id).fact("subject", &present.subject);
    if let Some(Rate { calls, window_ms, burst }) = rate {
        entry = entry.fact("calls", calls).fact("window_ms", window_ms).fact("burst", burst);
    }
    statements.push(cx.audit(entry).await?);
    match cx.batch(Scope::Tenant(tenant_id), statements).await {
        Ok(_) => Ok(true),
        Err(Failure::Database(sql::Error::Refused(0))) => Err(Problem::new(&NOT_FOUND)),
        Err(Failure::Database(sql::Error::Refused(limit::GOING))) => Err(Problem::new(&TENANT_SUSPENDED)),
        Err(Failure::Database(sql::Error::Refused(_))) => Ok(false),
        Err(failure) => Err(failure.into()),
    }
}

async fn find(cx: &Cx, tenant_id: TenantId, subject: &Subject) -> Result<Option<Limit>, Problem> {
    let name = drawn_from(cx, tenant_id, subject).await?.to_string();
    Ok(list(cx, tenant_id).await?.into_iter().find(|limit| limit.subject == name))
}

/// The subject that a limit is stored for: of a key, the one whose limit it shares.
async fn drawn_from(cx: &Cx, tenant_id: TenantId, subject: &Subject) -> Result<Subject, Problem> {
    let Subject::Key(id) = subject else { return Ok(subject.clone()) };
    // A key that is gone may have been the first of others that go on.
    Ok(root(cx, tenant_id, *id).await?.unwrap_or_else(|| subject.clone()))
}

/// The key whose limit a key draws from; none if the tenant has no such key.
async fn root(cx: &Cx, tenant_id: TenantId, id: KeyId) -> Result<Option<Subject>, Problem> {
    let rows = cx.query(Scope::Tenant(tenant_id), limit::get_root(tenant_id, id)).await?;
    Ok(rows.first().map(|row| row.id("limit_root").map(Subject::Key)).transpose()?)
}

fn setter(cx: &Cx) -> Result<Setter, Problem> {
    match (cx.caller(), cx.membership()) {
        (Caller::Operator, _) => Ok(Setter::Operator),
        (_, Some(membership)) => Ok(Setter::Member(membership.role)),
        (_, None) => Err(Problem::new(&NOT_FOUND)),
    }
}

fn is_full(limits: &[Limit]) -> bool {
    let set = limits.iter().filter(|limit| limit.own_role.is_some()).count();
    i64::try_from(set).is_ok_and(|set| set >= SUBJECTS_LIMIT)
}
