//! `GET /api/v1/tenants/{tenant_id}/impersonations`

use insula_kit::id;
use insula_kit::page::Ask;
use insula_kit::{Cx, Problem, Request, Response};

use super::view::ImpersonationView;
use crate::service::impersonation;

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let ask = Ask::read::<id::Session>(request)?;
    let page = impersonation::list(cx, request.path_id("tenant_id")?, &ask).await?;
    Response::ok(&page.map(|found| ImpersonationView::from(&found)))
}
