//! `GET /api/v1/auth/signing-keys`

use insula_kit::{Cx, Problem, Response};

use super::view::SigningKeysView;
use crate::service::signing_key;

pub async fn handle(cx: &Cx) -> Result<Response, Problem> {
    Response::ok(&SigningKeysView::from(signing_key::list(cx).await?.as_slice()))
}
