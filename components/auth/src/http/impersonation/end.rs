//! `DELETE /api/v1/tenants/{tenant_id}/impersonations/{session_id}`

use insula_kit::{Cx, Problem, Request, Response};

use crate::service::impersonation;

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    impersonation::end(cx, request.path_id("tenant_id")?, request.path_id("session_id")?).await?;
    Ok(Response::no_content())
}
