//! Bringing a tenant from one state to another. It counts from the next call on: the guard asks the database each time.

use insula_domain::action::Action;
use insula_domain::lifecycle::Event;
use insula_kit::audit;
use insula_kit::guard::Caller;
use insula_kit::id::TenantId;
use insula_kit::sql;
use insula_kit::{Cx, Problem};

use super::{ATTEMPTS, get};
use crate::store;
use crate::tenant::{Actor, Reason, Standing, Tenant, next};

/// What the tenant's log says of it. The reason is free text, which may name people, and the log is for ever: it stays with
/// the tenant.
fn entry(id: TenantId, event: Event) -> audit::Event {
    let action = match event {
        Event::Suspend => Action::TenantSuspended,
        Event::Activate => Action::TenantActivated,
        Event::Deprovision => Action::TenantDeprovisioning,
        Event::Deprovisioned => Action::TenantDeleted,
        Event::Provision | Event::Provisioned | Event::ProvisioningFailed => Action::TenantChanged,
    };
    audit::Event::new(action).in_tenant(id)
}

/// Has `event` happen to a tenant.
pub async fn happen(cx: &Cx, id: TenantId, event: Event, reason: Option<Reason>) -> Result<Tenant, Problem> {
    let actor = if cx.caller() == Caller::Operator { Actor::Operator } else { Actor::Member };
    for _ in 0..ATTEMPTS {
        let present = get(cx, id).await?;
        let state = next(&present.standing, event, actor)?;
        let standing = Standing { state, by: Some(actor), reason: reason.clone() };
        let before = present.standing.state.as_str();
        let next = Tenant { standing, version: present.version + 1, ..present };
        let entry = entry(id, event).fact("state_before", before);
        if cx.change(cx.scope(), store::set_state(&next, cx.now()), entry).await?.is_some() {
            return Ok(next);
        }
    }
    Err(sql::Error::Busy.into())
}
