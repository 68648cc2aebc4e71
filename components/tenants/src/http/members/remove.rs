//! `DELETE /api/v1/tenants/{tenant_id}/members/{user_id}`

use insula_kit::{Cx, Problem, Request, Response};

use crate::service::member;

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    member::remove(cx, request.path_id("user_id")?).await?;
    Ok(Response::no_content())
}
