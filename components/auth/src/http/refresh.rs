//! `POST /api/v1/auth/refresh`

use insula_kit::{Cx, Problem, Request, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use super::token_view::SessionView;
use crate::refresh_token::RefreshToken;
use crate::service::session;

/// What is exchanged.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Refresh)]
pub struct RefreshBody {
    /// The refresh token of the latest answer.
    #[schema(format = Password, write_only)]
    refresh_token: String,
}

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let RefreshBody { refresh_token } = request.json()?;
    let tokens = session::refresh(cx, &RefreshToken::presented(refresh_token)).await?;
    Response::ok(&SessionView::from(&tokens))
}
