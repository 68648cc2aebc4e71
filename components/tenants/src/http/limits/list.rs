//! `GET /api/v1/tenants/{tenant_id}/limits`

use insula_kit::{Cx, Problem, Request, Response};

use super::view::LimitsView;
use crate::service::limit;

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let limits = limit::list(cx, request.path_id("tenant_id")?).await?;
    Response::ok(&LimitsView::new(&limits))
}
