//! `GET /api/v1/api-keys/{key_id}`

use insula_kit::{Cx, Problem, Request, Response, etag};

use super::view::{KeyView, tag};
use crate::service;

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let key = service::get(cx, request.path_id("key_id")?).await?;
    Ok(etag::conditional_on(request, Response::ok(&KeyView::from(&key))?, &tag(&key)))
}
