//! The operation on usage, free of HTTP and of SQL.

use insula_kit::id::TenantId;
use insula_kit::sql::Db;
use insula_kit::time::Timestamp;

use crate::error::Error;
use crate::store;
use crate::usage::Usage;

/// The figures of a tenant in the periods that `at` lies in.
pub async fn get(db: &Db, tenant_id: TenantId, at: Timestamp) -> Result<Usage, Error> {
    store::read(db, tenant_id, at).await?.ok_or(Error::NoTenant)
}
