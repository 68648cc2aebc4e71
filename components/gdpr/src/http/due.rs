//! `POST /internal/audit-log/checkpoints`

use insula_kit::{Cx, Problem, Request, Response, schema};
use serde::Serialize;
use utoipa::ToSchema;

use crate::service;

/// What was due and was done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SignedLogs)]
pub struct DueView {
    /// How many logs were signed.
    #[schema(example = 3)]
    signed: usize,
    /// How many could not be; the server's log says why.
    #[schema(example = 0)]
    refused: usize,
}

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    schema::ensure(cx.db()).await?;
    let done = service::due::run(cx, request).await?;
    Response::ok(&DueView { signed: done.signed, refused: done.refused })
}
