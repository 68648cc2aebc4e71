//! What the checklist of a new tenant looks at.

use insula_kit::id::TenantId;
use insula_kit::params;
use insula_kit::sql::{self, Row, Statement};
use insula_kit::time::Timestamp;

use crate::onboarding::Facts;

const GET: &str = include_str!("../../sql/tenant_get_onboarding.sql");

/// The facts, for [`read`]; no row means that there is no such tenant.
pub fn get(tenant_id: TenantId, now: Timestamp) -> Statement {
    Statement::new(GET, params![now, tenant_id])
}

/// Reads them.
pub fn read(row: &Row, reported_at: Option<Timestamp>, is_isolated: bool) -> Result<Facts, sql::Error> {
    Ok(Facts {
        plan: row.text("plan")?,
        second_factor_required: row.integer("second_factor_required")? == 1,
        proven_at: row.optional_time("proven_at_ms")?,
        owners_without_factor: row.integer("owners_without_factor")?,
        secured_at: row.optional_time("secured_at_ms")?,
        key_at: row.optional_time("key_at_ms")?,
        called_at: row.optional_time("called_at_ms")?,
        reported_at,
        joined_at: row.optional_time("joined_at_ms")?,
        invited_at: row.optional_time("invited_at_ms")?,
        limits: row.integer("limits")?,
        is_isolated,
    })
}
