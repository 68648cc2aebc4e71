//! The JSON of a tenant.

use std::collections::BTreeMap;

use insula_domain::role::Role;
use serde::Serialize;
use utoipa::ToSchema;

use crate::tenant::{Actor, Tenant};

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
    /// `pending`, `provisioning`, `active`, `suspended`, `deprovisioning` or `deleted`. Only in `active` are its calls let in.
    #[schema(example = "active")]
    state: &'static str,
    /// Why it was brought there; null where nobody said.
    #[schema(required)]
    state_reason: Option<String>,
    /// Who brought it there, `member` or `operator`; null for whom nobody did after it was made.
    #[schema(required)]
    state_by: Option<&'static str>,
    /// The name of its plan.
    #[schema(example = "free")]
    plan: String,
    /// Where its data shall be; null is anywhere.
    #[schema(required)]
    region: Option<String>,
    /// How its product data is kept apart: `shared`, `schema` or `database`.
    #[schema(example = "schema")]
    isolation: &'static str,
    /// Texts of its own.
    settings: BTreeMap<String, String>,
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
            state: tenant.standing.state.as_str(),
            state_reason: tenant.standing.reason.as_ref().map(|reason| reason.as_str().to_owned()),
            state_by: tenant.standing.by.map(Actor::as_str),
            plan: tenant.plan.clone(),
            region: tenant.region.as_ref().map(|region| region.as_str().to_owned()),
            isolation: tenant.isolation.as_str(),
            settings: tenant.settings.clone(),
            role: tenant.role,
            created_at: tenant.created_at.to_rfc3339(),
        }
    }
}
