//! `GET /api/v1/tenants` and `GET /api/v1/workspaces`

use insula_kit::id;
use insula_kit::page::Ask;
use insula_kit::{Cx, Problem, Request, Response};

use super::view::TenantView;
use crate::service;

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let ask = Ask::read::<id::Tenant>(request)?;
    let page = service::list(cx, &ask).await?;
    Response::ok(&page.map(|tenant| TenantView::from(&tenant)))
}
