//! `GET /api/v1/usage`

use insula_kit::{Cx, Problem, Response};

use super::view::UsageView;
use crate::service;

/// Answers with the figures of the caller's tenant.
pub async fn handle(cx: &Cx) -> Result<Response, Problem> {
    let usage = service::get(cx.db(), cx.tenant_id()?, cx.now()).await?;
    Response::ok(&UsageView::from(&usage))
}
