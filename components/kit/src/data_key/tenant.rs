//! The key of a tenant, under which all of its secrets are sealed: made when it is needed first, gone with the tenant.

use insula_domain::credential::hexadecimal;

use super::{DataKey, bytes};
use crate::cx::Cx;
use crate::id::TenantId;
use crate::params;
use crate::problem::{NOT_FOUND, Problem};
use crate::sql::{Scope, Statement};
use crate::wrap::Wrapped;

const GET: &str = include_str!("../../sql/tenant_key_get.sql");
const INSERT: &str = include_str!("../../sql/tenant_key_insert.sql");

impl Cx {
    /// The key that a tenant's secrets are sealed under, with [`Cx::seal_under`]; made when there is none yet. Of two
    /// that are made at once one is kept.
    ///
    /// A tenant on its way out keeps its key to the end, to open what must be tidied up; but none is made for it any more.
    ///
    /// # Errors
    ///
    /// `not-found` for a tenant that isn't there or has no key any more, `master-key-unusable` for a key that another
    /// master key wrapped, and failures of the database.
    pub async fn tenant_key(&self, tenant_id: TenantId) -> Result<DataKey, Problem> {
        let (scope, info) = (Scope::Tenant(tenant_id), info(tenant_id));
        let found = self.query(scope, Statement::new(GET, params![tenant_id])).await?;
        let wrapped = match found.first() {
            Some(row) => Wrapped::read(row)?,
            None => {
                let fresh = self.wrap(&info, &hexadecimal(&self.random::<32>()?))?;
                let insert = params![tenant_id, fresh.sealed, fresh.by, self.now()];
                let kept = self.query(scope, Statement::new(INSERT, insert)).await?;
                Wrapped::read(kept.first().ok_or_else(|| Problem::new(&NOT_FOUND))?)?
            }
        };
        let key = bytes(&self.open_wrapped(&info, &wrapped)?)?;
        Ok(DataKey::new(tenant_id.to_string(), key))
    }
}

/// What the key is wrapped for: it is worth nothing in another tenant's row.
#[must_use]
pub fn info(tenant_id: TenantId) -> String {
    format!("tenant key\n{tenant_id}")
}
