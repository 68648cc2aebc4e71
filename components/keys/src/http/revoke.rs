//! `DELETE /api/v1/api-keys/{key_id}`

use insula_kit::{Cx, Problem, Request, Response};

use crate::service;

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    service::revoke(cx, request.path_id("key_id")?).await?;
    Ok(Response::no_content())
}
