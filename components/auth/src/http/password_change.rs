//! `POST /api/v1/auth/password/change`

use insula_kit::{Cx, Problem, Request, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::password::Password;
use crate::service::password;

/// The password that is, and the one that shall be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PasswordChange)]
pub struct PasswordChangeBody {
    /// The password that is.
    #[schema(format = Password, write_only)]
    current_password: String,
    /// The next one: 12 to 256 characters, any but control characters, and not one that others would guess early.
    #[schema(format = Password, write_only, min_length = 12, max_length = 256)]
    new_password: String,
}

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let PasswordChangeBody { current_password, new_password } = request.json()?;
    let new = Password::parse_field("new_password", &new_password)?;
    let cookie = password::change(cx, &Password::presented(&current_password), new).await?;
    Ok(Response::no_content().header("set-cookie", &cookie))
}
