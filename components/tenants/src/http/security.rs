//! `GET` and `PATCH /api/v1/tenants/{tenant_id}/security`

use insula_kit::{Cx, Problem, Request, Response, etag};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::security::Security;
use crate::service::security;

/// What a tenant shall demand.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SecurityChange)]
pub struct SecurityBody {
    /// Whether only members with a second factor may act in the tenant. The caller needs one to demand it.
    #[schema(example = true)]
    second_factor_required: bool,
}

/// What a tenant demands.
#[derive(Serialize, ToSchema)]
#[schema(as = Security)]
pub struct SecurityView {
    /// Whether only members with a second factor may act in the tenant.
    #[schema(example = true)]
    second_factor_required: bool,
}

impl From<&Security> for SecurityView {
    fn from(security: &Security) -> Self {
        Self { second_factor_required: security.second_factor_required }
    }
}

pub async fn get(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let security = security::get(cx).await?;
    etag::conditional(request, Response::ok(&SecurityView::from(&security)))
}

pub async fn set(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let SecurityBody { second_factor_required } = request.json()?;
    let unchanged = |present: &_| etag::demand(request, &Response::ok(&SecurityView::from(present))?);
    let security = security::set(cx, Security { second_factor_required }, unchanged).await?;
    Ok(etag::tagged(Response::ok(&SecurityView::from(&security))?))
}
