//! `GET /api/v1/usage`

use insula_domain::metric::day_start_ms;
use insula_kit::time::Timestamp;
use insula_kit::validate::FieldError;
use insula_kit::{Cx, Problem, Request, Response};

use super::view::UsageView;
use crate::service;

/// Answers with the figures of the caller's tenant.
pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let now = cx.now();
    let at = request.query("period").map_or(Ok(now), |text| day(text, now))?;
    let usage = service::get(cx.db(), cx.tenant_id()?, at).await?;
    Response::ok(&UsageView::from(&usage))
}

/// A day that has begun.
fn day(text: &str, now: Timestamp) -> Result<Timestamp, FieldError> {
    let refused = |code, detail: &str| FieldError::query("period", code, detail);
    let start = day_start_ms(text).map(Timestamp::from_ms);
    let start = start.ok_or_else(|| refused("date", "must be a day, written YYYY-MM-DD"))?;
    if start > now { Err(refused("range", "must not be after today")) } else { Ok(start) }
}
