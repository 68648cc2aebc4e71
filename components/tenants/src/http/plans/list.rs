//! `GET /api/v1/plans`

use insula_kit::{Cx, Problem, Response};

use super::view::PlansView;
use crate::service::plan;

pub async fn handle(cx: &Cx) -> Result<Response, Problem> {
    Response::ok(&PlansView::new(&plan::list(cx).await?))
}
