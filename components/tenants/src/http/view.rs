//! The JSON of a tenant.

use insula_domain::role::Role;
use serde::Serialize;
use utoipa::ToSchema;

use crate::tenant::Tenant;

/// An account that owns everything else. A workspace is the same under another name.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Tenant)]
pub struct TenantView {
    /// Its id.
    #[schema(example = "ten_01h455vb4pex5vsknk084sn02q")]
    id: String,
    /// What people call it.
    #[schema(example = "Acme")]
    name: String,
    /// `active`, or `suspended`: then its calls are refused.
    #[schema(example = "active")]
    state: &'static str,
    /// The name of its plan.
    #[schema(example = "free")]
    plan: String,
    /// What the caller is there; null for the operator, who is a member of none.
    #[schema(required)]
    role: Option<Role>,
    /// When it was made.
    #[schema(format = DateTime, example = "2030-01-01T00:00:00.007Z")]
    created_at: String,
}

impl From<&Tenant> for TenantView {
    fn from(tenant: &Tenant) -> Self {
        Self {
            id: tenant.id.to_string(),
            name: tenant.name.as_str().to_owned(),
            state: tenant.state.as_str(),
            plan: tenant.plan.clone(),
            role: tenant.role,
            created_at: tenant.created_at.to_rfc3339(),
        }
    }
}
