//! Changing what a tenant is besides its state.

use insula_domain::action::Action;
use insula_domain::lifecycle::State;
use insula_kit::audit::Event;
use insula_kit::guard::Caller;
use insula_kit::id::TenantId;
use insula_kit::problem::{FORBIDDEN, TENANT_SUSPENDED};
use insula_kit::sql;
use insula_kit::{Cx, Problem};

use super::{ATTEMPTS, get};
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
    if change.plan.is_some() && cx.caller() != Caller::Operator {
        return Err(Problem::new(&FORBIDDEN).detail("Only the operator chooses a tenant's plan."));
    }
    for _ in 0..ATTEMPTS {
        let present = get(cx, id).await?;
        check(&present)?;
        // The guard lets no member in here, but the operator.
        if present.standing.state != State::Active {
            return Err(Problem::new(&TENANT_SUSPENDED));
        }
        let next = change.apply(&present);
        let mut statements = store::change(&present, &next)?;
        let entry = Event::new(Action::TenantChanged).in_tenant(id).fact("plan", &next.plan);
        let entry = entry.fact("isolation", next.isolation.as_str()).fact("version", next.version);
        statements.push(cx.audit(entry).await?);
        match cx.db().batch(cx.scope(), statements).await {
            Ok(_) => return Ok(next),
            Err(sql::Error::Refused(store::PLAN)) if next.plan != present.plan => {
                return Err(Error::NoSuchPlan.into());
            }
            Err(sql::Error::Refused(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(sql::Error::Busy.into())
}
