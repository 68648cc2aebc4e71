//! The checklist of a new tenant.

use insula_kit::id::TenantId;
use insula_kit::problem::NOT_FOUND;
use insula_kit::sql::Scope;
use insula_kit::{Cx, Problem};

use super::diagnosis;
use crate::onboarding::{self, Step};
use crate::store::{onboarding as store, product};

/// The steps. The guard has seen to it that the caller may manage the tenant, or is the operator.
pub async fn steps(cx: &Cx, tenant_id: TenantId) -> Result<Vec<Step>, Problem> {
    let statements = vec![store::get(tenant_id, cx.now()), product::first(tenant_id)];
    let found = cx.batch(Scope::Tenant(tenant_id), statements).await?;
    let row = found[0].first().ok_or_else(|| Problem::new(&NOT_FOUND))?;
    let reported_at = found[1].first().map(|row| row.time("created_at_ms")).transpose()?;
    let is_isolated = diagnosis::is_isolated(cx, tenant_id).await?;
    Ok(onboarding::steps(&store::read(row, reported_at, is_isolated)?))
}
