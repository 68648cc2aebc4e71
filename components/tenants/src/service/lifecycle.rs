//! Bringing a tenant from one state to another. It counts from the next call on: the guard asks the database each time.

use insula_domain::lifecycle::Event;
use insula_kit::guard::Caller;
use insula_kit::id::TenantId;
use insula_kit::sql;
use insula_kit::{Cx, Problem};

use super::{ATTEMPTS, get};
use crate::store;
use crate::tenant::{Actor, Reason, Standing, Tenant, next};

/// Has `event` happen to a tenant.
pub async fn happen(cx: &Cx, id: TenantId, event: Event, reason: Option<Reason>) -> Result<Tenant, Problem> {
    let actor = if cx.caller() == Caller::Operator { Actor::Operator } else { Actor::Member };
    for _ in 0..ATTEMPTS {
        let present = get(cx, id).await?;
        let state = next(&present.standing, event, actor)?;
        let standing = Standing { state, by: Some(actor), reason: reason.clone() };
        let next = Tenant { standing, version: present.version + 1, ..present };
        match cx.db().batch(cx.scope(), vec![store::set_state(&next, cx.now())]).await {
            Ok(_) => return Ok(next),
            Err(sql::Error::Refused(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(sql::Error::Busy.into())
}
