//! `GET /api/v1/tenants/{tenant_id}`

use insula_kit::{Cx, Problem, Request, Response, etag};

use super::view::TenantView;
use crate::service;

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let tenant = service::get(cx, request.path_id("tenant_id")?).await?;
    etag::conditional(request, Response::ok(&TenantView::from(&tenant)))
}
