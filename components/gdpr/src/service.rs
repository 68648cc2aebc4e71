//! The operations on the audit log, free of HTTP and of SQL.

pub mod checkpoint;
pub mod due;
pub mod export;
pub mod keys;
pub mod list;
pub mod proof;
pub mod tree;
pub mod verify;

use insula_kit::id::TenantId;
use insula_kit::{Cx, Problem};

use crate::error::Error;
use crate::store;
use crate::store::entry::Log;

/// Where the log of a tenant ends, also of one that was removed: its log outlives it.
pub async fn log(cx: &Cx, tenant_id: TenantId) -> Result<Log, Problem> {
    Ok(store::entry::of_tenant(cx.db(), tenant_id).await?.ok_or(Error::NoSuchLog)?)
}
