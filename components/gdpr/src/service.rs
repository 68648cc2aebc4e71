//! The operations on the audit log, free of HTTP and of SQL.

pub mod checkpoint;
pub mod due;
pub mod export;
pub mod keys;
pub mod list;
pub mod proof;
pub mod tree;
pub mod verify;

use insula_domain::action::Action;
use insula_kit::audit::Event;
use insula_kit::id::TenantId;
use insula_kit::sql::Scope;
use insula_kit::{Cx, Problem};

use crate::error::Error;
use crate::store;
use crate::store::entry::Log;

/// That the operator has read what is a tenant's, as an entry.
pub async fn read_by_operator(cx: &Cx, tenant_id: TenantId) -> Result<(), Problem> {
    let event = Event::new(Action::AuditLogRead).in_tenant(tenant_id);
    cx.batch(Scope::Tenant(tenant_id), vec![cx.audit(event).await?]).await?;
    Ok(())
}

/// Where the log of a tenant ends, also of one that was removed: its log outlives it.
pub async fn log(cx: &Cx, tenant_id: TenantId) -> Result<Log, Problem> {
    Ok(store::entry::of_tenant(cx.db(), tenant_id).await?.ok_or(Error::NoSuchLog)?)
}
