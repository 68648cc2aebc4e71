//! `POST /api/v1/auth/password/forgot`

use insula_kit::{Cx, Problem, Request, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::email::Email;
use crate::service::account;

/// Who forgot its password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ForgottenPassword)]
pub struct ForgottenPasswordBody {
    /// The e-mail address, in capital or small letters.
    #[schema(format = Email, max_length = 254, example = "ada@example.org")]
    email: String,
}

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let ForgottenPasswordBody { email } = request.json()?;
    account::forgot(cx, &Email::parse(&email)?).await?;
    Ok(Response::no_content_of(202))
}
