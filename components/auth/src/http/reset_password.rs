//! `POST /api/v1/auth/password/reset`

use insula_kit::token::Token;
use insula_kit::{Cx, Problem, Request, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::password::Password;
use crate::service::account;

/// A new password, and what allows to set it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PasswordReset)]
pub struct PasswordResetBody {
    /// The code of the mail.
    #[schema(format = Password, write_only)]
    token: String,
    /// The new password: 12 to 256 characters of any kind.
    #[schema(format = Password, write_only, min_length = 12, max_length = 256)]
    password: String,
}

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let PasswordResetBody { token, password } = request.json()?;
    let password = Password::parse(&password)?;
    let cookie = account::reset(cx, &Token::presented(token), &password).await?;
    Ok(Response::no_content().header("set-cookie", &cookie))
}
