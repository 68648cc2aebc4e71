//! The JSON of tokens.

use serde::Serialize;
use utoipa::ToSchema;

use crate::refresh_token;
use crate::service::session::Tokens;
use crate::token::{Access, AccessToken};

/// An access token, to be sent as `Authorization: Bearer …`.
#[derive(Serialize, ToSchema)]
#[schema(as = AccessToken)]
pub struct AccessView {
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
    /// The tenant that it acts in; null if it acts in none.
    #[schema(required, example = "ten_01h455vb4pex5vsknk084sn02q")]
    tenant_id: Option<String>,
}

/// The tokens of a session.
#[derive(Serialize, ToSchema)]
#[schema(as = Session)]
pub struct SessionView {
    #[serde(flatten)]
    access: AccessView,
    /// What is exchanged, once, for the next tokens; to be kept secret.
    #[schema(read_only)]
    refresh_token: String,
    /// How long it is good for, in seconds.
    #[schema(example = 604_800)]
    refresh_expires_in: i64,
}

impl AccessView {
    pub fn new(access: &Access, token: &AccessToken) -> Self {
        Self {
            access_token: token.reveal().to_owned(),
            token_type: "Bearer",
            expires_in: access.expires_at.as_seconds() - access.issued_at.as_seconds(),
            user_id: access.user_id.to_string(),
            tenant_id: access.tenant_id().map(|id| id.to_string()),
        }
    }
}

impl From<&Tokens> for SessionView {
    fn from(tokens: &Tokens) -> Self {
        Self {
            access: AccessView::new(&tokens.access, &tokens.access_token),
            refresh_token: tokens.refresh_token.reveal().to_owned(),
            refresh_expires_in: refresh_token::LIFETIME_SECONDS,
        }
    }
}
