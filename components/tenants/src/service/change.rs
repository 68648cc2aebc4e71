//! Changing what a tenant is besides its state.

use insula_domain::action::Action;
use insula_domain::isolation::Isolation;
use insula_domain::lifecycle::State;
use insula_kit::audit::Event;
use insula_kit::guard::Caller;
use insula_kit::id::TenantId;
use insula_kit::problem::{FORBIDDEN, TENANT_SUSPENDED};
use insula_kit::sql;
use insula_kit::{Cx, Problem};

use super::{ATTEMPTS, database, get};
use crate::error::Error;
use crate::store;
use crate::tenant::{Change, Tenant};

/// Changes a tenant that is active. `check` sees it as it is before, and may refuse.
pub async fn change(
    cx: &Cx,
    id: TenantId,
    change: &Change,
    check: impl Fn(&Tenant) -> Result<(), Problem>,
) -> Result<Tenant, Problem> {
    if cx.caller() != Caller::Operator {
        if change.plan.is_some() {
            return Err(Problem::new(&FORBIDDEN).detail("Only the operator chooses a tenant's plan."));
        }
        if change.database.is_some() || change.isolation == Some(Isolation::Database) {
            return Err(
                Problem::new(&FORBIDDEN).detail("Only the operator gives a tenant a database of its own.")
            );
        }
    }
    for _ in 0..ATTEMPTS {
        let present = get(cx, id).await?;
        check(&present)?;
        // The guard lets no member in here, but the operator.
        if present.standing.state != State::Active {
            return Err(Problem::new(&TENANT_SUSPENDED));
        }
        let next = change.apply(&present);
        database::check(cx.caller(), &present, change)?;
        // Each time anew: whoever was faster may have given it another one.
        let prepared = match database::place(&present, &next, change).await? {
            Some(address) => Some(database::prepare(cx, &present, &address).await?),
            None => None,
        };
        let entry = Event::new(Action::TenantChanged).in_tenant(id).fact("plan", &next.plan);
        let entry = entry.fact("isolation", next.isolation.as_str()).fact("version", next.version);
        let entry = if prepared.is_some() { entry.fact("database", "set") } else { entry };
        let entry = cx.audit(entry).await?;
        let attempt = database::gather(cx, &present, &next).await?;
        let mut statements = store::change(&present, &next, prepared.as_ref(), attempt.as_deref(), cx.now())?;
        statements.push(entry);
        let outcome = cx.db().batch(cx.scope(), statements).await;
        if let (Some(attempt), Err(error)) = (&attempt, &outcome)
            && let Some(told) = database::give_up(cx, id, attempt, error).await
        {
            return Err(told);
        }
        match outcome {
            Ok(_) => {
                if prepared.is_some() {
                    database::settle(cx, &next).await;
                }
                if attempt.is_some() {
                    database::clear(cx, id).await;
                }
                return Ok(next);
            }
            Err(sql::Error::Refused(store::PLAN)) if next.plan != present.plan => {
                return Err(Error::NoSuchPlan.into());
            }
            Err(sql::Error::Refused(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(sql::Error::Busy.into())
}
