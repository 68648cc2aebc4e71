//! `POST /api/v1/auth/verify-email` and `POST /api/v1/auth/verify-email/send`

use insula_kit::token::Token;
use insula_kit::{Cx, Problem, Request, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::service::account;

/// What proves an address.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EmailVerification)]
pub struct VerifyEmailBody {
    /// The code of the mail.
    #[schema(format = Password, write_only)]
    token: String,
}

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let VerifyEmailBody { token } = request.json()?;
    account::verify(cx, &Token::presented(token)).await?;
    Ok(Response::no_content())
}

pub async fn send(cx: &Cx) -> Result<Response, Problem> {
    account::ask_verification(cx).await?;
    Ok(Response::no_content_of(202))
}
