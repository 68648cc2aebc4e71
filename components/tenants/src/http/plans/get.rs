//! `GET /api/v1/plans/{plan}`

use insula_kit::{Cx, Problem, Request, Response, etag};

use super::view::PlanView;
use crate::service::plan;

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let plan = plan::get(cx, request.path_text("plan").unwrap_or_default()).await?;
    etag::conditional(request, Response::ok(&PlanView::from(&plan)))
}
