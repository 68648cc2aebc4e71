//! `GET /api/v1/api-keys`

use insula_kit::id;
use insula_kit::page::Ask;
use insula_kit::{Cx, Problem, Request, Response};

use super::view::KeyView;
use crate::service;

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let ask = Ask::read::<id::Key>(request)?;
    let page = service::list(cx, &ask).await?;
    Response::ok(&page.map(|key| KeyView::from(&key)))
}
