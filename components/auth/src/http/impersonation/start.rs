//! `POST /api/v1/auth/impersonate`

use insula_kit::{Cx, Problem, Request, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::StartedView;
use crate::impersonation::Wanted;
use crate::service::impersonation;

/// As whom to act, where, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewImpersonation)]
pub struct ImpersonationBody {
    /// A member of the tenant.
    #[schema(example = "usr_01h455vb4pex5vsknk084sn02q")]
    user_id: String,
    /// The tenant, which is active.
    #[schema(example = "ten_01h455vb4pex5vsknk084sn02q")]
    tenant_id: String,
    /// Why: 3 to 500 characters, for the tenant's audit log.
    #[schema(min_length = 3, max_length = 500, example = "Ticket 4711: the report of Monday is empty")]
    reason: String,
    /// For how long, in seconds: 60 to 3600. Absent or null: 900.
    #[schema(minimum = 60, maximum = 3600, example = 900)]
    expires_in_seconds: Option<i64>,
}

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let ImpersonationBody { user_id, tenant_id, reason, expires_in_seconds } = request.json()?;
    let wanted = Wanted::parse(&user_id, &tenant_id, &reason, expires_in_seconds)?;
    let (access, token) = impersonation::start(cx, wanted).await?;
    Response::ok(&StartedView::new(&access, &token))
}
