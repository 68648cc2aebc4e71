//! `POST /api/v1/tenants/{tenant_id}/suspend` and `…/activate`, `DELETE /api/v1/tenants/{tenant_id}`

use insula_kit::{Cx, Problem, Request, Response, etag};
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::TenantView;
use crate::service::lifecycle::{self, Asked, DEPROVISION};
use crate::tenant::Reason;

/// Why a tenant's state shall be another.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StateChange)]
pub struct ReasonBody {
    /// For the tenant's people to read: 1 to 500 characters, white space at the ends is removed.
    #[schema(min_length = 1, max_length = 500, example = "The bill of May is open.")]
    reason: String,
}

pub async fn set(cx: &Cx, request: &Request, asked: Asked) -> Result<Response, Problem> {
    let ReasonBody { reason } = request.json()?;
    let reason = Reason::parse(&reason)?;
    let tenant = lifecycle::happen(cx, request.path_id("tenant_id")?, asked, Some(reason)).await?;
    Ok(etag::tagged(Response::ok(&TenantView::from(&tenant))?))
}

pub async fn remove(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let tenant = lifecycle::happen(cx, request.path_id("tenant_id")?, DEPROVISION, None).await?;
    Response::json(202, &TenantView::from(&tenant))
}
