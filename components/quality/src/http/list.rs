//! `GET /api/v1/reports`

use insula_domain::action::Action;
use insula_kit::id::Report;
use insula_kit::page::Ask;
use insula_kit::{Cx, Problem, Request, Response};

use super::view::SummaryView;
use crate::service;

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let ask = Ask::read::<Report>(request)?;
    let page = service::list(cx, &ask).await?;
    cx.note_read(Action::ReportsListed, "reports").await?;
    Response::ok(&page.map(SummaryView::from))
}
