//! `POST /api/v1/auth/logout`

use insula_kit::{Cx, Problem, Request, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::service::session;

/// How much ends.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Logout)]
pub struct LogoutBody {
    /// Whether all sessions of the person end, and not only the one that is calling.
    everywhere: Option<bool>,
}

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let LogoutBody { everywhere } = request.json()?;
    session::log_out(cx, everywhere.unwrap_or_default()).await?;
    Ok(Response::no_content())
}
