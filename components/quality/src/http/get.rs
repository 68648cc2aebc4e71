//! `GET /api/v1/reports/{report_id}`

use insula_domain::action::Action;
use insula_kit::problem::NOT_FOUND;
use insula_kit::{Cx, Problem, Request, Response, etag};

use crate::service;

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let id = request.path_id("report_id")?;
    let body = service::get(cx, id).await?.ok_or_else(|| Problem::new(&NOT_FOUND))?;
    cx.note_read(Action::ReportRead, id).await?;
    etag::conditional(request, Ok(Response::of(200, "application/json", body)))
}
