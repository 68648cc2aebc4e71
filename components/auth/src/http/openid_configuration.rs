//! `GET /.well-known/openid-configuration`

use insula_kit::{Problem, Response, config};
use serde::Serialize;
use utoipa::ToSchema;

use super::jwks::CACHED;
use crate::error::Error;
use crate::service::session::ISSUER;
use crate::signing_key::algorithm::Algorithm;

/// Where the keys are, and how tokens are signed (OpenID Connect Discovery 1.0, 3): what services need that verify
/// access tokens. Insula is not an authorization server, so the endpoints of one are absent.
#[derive(Serialize, ToSchema)]
#[schema(as = OpenIdConfiguration)]
pub struct ConfigurationView {
    /// Who issues the tokens: their `iss`.
    #[schema(example = "http://127.0.0.1:3000")]
    issuer: String,
    /// Where the public keys are.
    #[schema(example = "http://127.0.0.1:3000/.well-known/jwks.json")]
    jwks_uri: String,
    /// Subjects are the same for everybody who asks.
    subject_types_supported: [&'static str; 1],
    /// No flow of OAuth is offered: tokens come from `POST /api/v1/auth/login`.
    response_types_supported: [&'static str; 0],
    /// The algorithms that a key may be for; each key says its own.
    id_token_signing_alg_values_supported: [&'static str; 3],
    /// What an access token says.
    claims_supported: [&'static str; 12],
}

pub async fn handle() -> Result<Response, Problem> {
    let issuer = config::variable(ISSUER).await.ok_or(Error::NoSetting(ISSUER))?;
    let view = ConfigurationView {
        jwks_uri: format!("{}/.well-known/jwks.json", issuer.trim_end_matches('/')),
        issuer,
        subject_types_supported: ["public"],
        response_types_supported: [],
        id_token_signing_alg_values_supported: Algorithm::ALL.map(Algorithm::as_str),
        claims_supported: crate::token::CLAIMS,
    };
    Ok(Response::ok(&view)?.header("cache-control", CACHED))
}
