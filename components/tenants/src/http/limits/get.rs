//! `GET /api/v1/tenants/{tenant_id}/limits/{subject}`

use insula_kit::{Cx, Problem, Request, Response, etag};

use super::subject;
use super::view::LimitView;
use crate::service::limit;

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let limit = limit::get(cx, request.path_id("tenant_id")?, &subject(request)?).await?;
    etag::conditional(request, Response::ok(&LimitView::from(&limit)))
}
