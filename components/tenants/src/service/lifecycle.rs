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

/// What happens to a tenant when somebody asks for it, and what the tenant's log says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked(Event, Action);

/// Its calls shall be refused.
pub const SUSPEND: Asked = Asked(Event::Suspend, Action::TenantSuspended);
/// Its calls shall be let in again.
pub const ACTIVATE: Asked = Asked(Event::Activate, Action::TenantActivated);
/// It shall go.
pub const DEPROVISION: Asked = Asked(Event::Deprovision, Action::TenantDeprovisioning);

/// Has something happen to a tenant. The reason is free text, which may name people, and the log is for ever: it stays with
/// the tenant.
pub async fn happen(cx: &Cx, id: TenantId, asked: Asked, reason: Option<Reason>) -> Result<Tenant, Problem> {
    let Asked(event, action) = asked;
    let actor = if cx.caller() == Caller::Operator { Actor::Operator } else { Actor::Member };
    for _ in 0..ATTEMPTS {
        let present = get(cx, id).await?;
        let state = next(&present.standing, event, actor)?;
        let standing = Standing { state, by: Some(actor), reason: reason.clone() };
        let before = present.standing.state.as_str();
        let next = Tenant { standing, version: present.version + 1, ..present };
        let entry = audit::Event::new(action).in_tenant(id).fact("state_before", before);
        if cx.change(cx.scope(), store::set_state(&next, cx.now()), entry).await?.is_some() {
            return Ok(next);
        }
    }
    Err(sql::Error::Busy.into())
}
