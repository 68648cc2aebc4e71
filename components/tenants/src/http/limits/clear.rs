//! `DELETE /api/v1/tenants/{tenant_id}/limits/{subject}`

use insula_kit::{Cx, Problem, Request, Response};

use super::subject;
use crate::service::limit;

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    limit::clear(cx, request.path_id("tenant_id")?, &subject(request)?).await?;
    Ok(Response::no_content())
}
