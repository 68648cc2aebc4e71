//! `GET /api/v1/tenants/{tenant_id}/members`

use insula_kit::id;
use insula_kit::page::Ask;
use insula_kit::{Cx, Problem, Request, Response};

use super::view::MemberView;
use crate::service::member;

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let ask = Ask::read::<id::User>(request)?;
    let page = member::list(cx, &ask).await?;
    Response::ok(&page.map(|member| MemberView::from(&member)))
}
