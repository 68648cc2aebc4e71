//! `POST /api/v1/auth/login`

use insula_kit::id::TenantId;
use insula_kit::{Cx, Problem, Request, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::email::Email;
use crate::password::Password;
use crate::service;
use crate::store::Wanted;
use crate::token::LIFETIME_SECONDS;

/// Who logs in, and where.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Login)]
pub struct LoginBody {
    /// The e-mail address, in capital or small letters.
    #[schema(example = "ada@example.org")]
    email: String,
    /// The password.
    #[schema(format = Password, write_only)]
    password: String,
    /// The tenant to act in. Absent or null: the person's first, or none if it has none.
    #[schema(example = "ten_01h455vb4pex5vsknk084sn02q")]
    tenant_id: Option<String>,
}

/// An access token, to be sent as `Authorization: Bearer …`.
#[derive(Serialize, ToSchema)]
#[schema(as = AccessToken)]
pub struct TokenView {
    /// The token: a JWT, to be kept secret.
    #[schema(read_only)]
    access_token: String,
    /// `Bearer`.
    #[schema(example = "Bearer")]
    token_type: &'static str,
    /// How long it is good for, in seconds.
    #[schema(example = 900)]
    expires_in: i64,
    /// The person.
    #[schema(example = "usr_01h455vb4pex5vsknk084sn02q")]
    user_id: String,
    /// The tenant that it acts in; null if the person has none.
    #[schema(required, example = "ten_01h455vb4pex5vsknk084sn02q")]
    tenant_id: Option<String>,
}

/// The answer is not to be stored by anyone on the way, which the header that every answer carries by default says.
pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let LoginBody { email, password, tenant_id } = request.json()?;
    // An address of wrong syntax is nobody's, and is told like any other unknown one.
    let email = Email::parse(&email).ok();
    let wanted = match tenant_id.as_deref().map(TenantId::parse) {
        None => Wanted::First,
        Some(Some(id)) => Wanted::This(id),
        Some(None) => Wanted::Impossible,
    };
    let (session, token) = service::login(cx, email.as_ref(), &Password::presented(password), wanted).await?;
    Response::ok(&TokenView {
        access_token: token.reveal().to_owned(),
        token_type: "Bearer",
        expires_in: LIFETIME_SECONDS,
        user_id: session.user_id.to_string(),
        tenant_id: session.membership.map(|(tenant_id, _)| tenant_id.to_string()),
    })
}
