//! The operations on what a tenant demands of its members.

use insula_domain::action::Action;
use insula_kit::audit::Event;
use insula_kit::problem::NOT_FOUND;
use insula_kit::sql::{self, Scope};
use insula_kit::{Cx, Problem};

use super::ATTEMPTS;
use crate::error::Error;
use crate::security::Security;
use crate::store::security;

/// What the caller's tenant demands.
pub async fn get(cx: &Cx) -> Result<Security, Problem> {
    let tenant_id = cx.tenant_id()?;
    let rows = cx.query(Scope::Tenant(tenant_id), security::get(tenant_id)).await?;
    Ok(security::read(rows.first().ok_or_else(|| Problem::new(&NOT_FOUND))?)?)
}

/// Sets what the caller's tenant demands. `check` sees what it demanded before, and may refuse.
pub async fn set(
    cx: &Cx,
    next: Security,
    check: impl Fn(&Security) -> Result<(), Problem>,
) -> Result<Security, Problem> {
    let (tenant_id, user_id) = (cx.tenant_id()?, cx.user_id()?);
    let mut refused = None;
    for _ in 0..ATTEMPTS {
        let present = get(cx).await?;
        // It is what it was: so it was the caller who lacks what the tenant shall demand, and not another change.
        if refused == Some(present) {
            return Err(Error::NoSecondFactor.into());
        }
        check(&present)?;
        let mut statements = security::set(tenant_id, present, next, user_id);
        let event = Event::new(Action::TenantSecurityChanged);
        statements.push(cx.audit(event.fact("second_factor_required", next.second_factor_required)).await?);
        // For the system: a session that leaves the tenant is none that the tenant sees.
        match cx.db().batch(Scope::System, statements).await {
            Ok(_) => return Ok(next),
            Err(sql::Error::Refused(_)) => refused = Some(present),
            Err(error) => return Err(error.into()),
        }
    }
    Err(sql::Error::Busy.into())
}
