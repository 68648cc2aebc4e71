//! `GET /.well-known/jwks.json`

use insula_kit::{Problem, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::signing_key::{PublicKey, SigningKey};

/// The keys that access tokens are verified with (RFC 7517).
#[derive(Serialize, ToSchema)]
#[schema(as = JsonWebKeySet)]
pub struct JwksView {
    keys: Vec<JwkView>,
}

/// A public key (RFC 7517, RFC 7518).
#[derive(Serialize, ToSchema)]
#[schema(as = JsonWebKey)]
struct JwkView {
    /// The kind of key.
    #[schema(example = "RSA")]
    kty: &'static str,
    /// What it is for: `sig`, signatures.
    #[serde(rename = "use")]
    #[schema(example = "sig")]
    usage: &'static str,
    /// The algorithm.
    #[schema(example = "RS256")]
    alg: &'static str,
    /// The name that tokens give in their header: the key's thumbprint (RFC 7638).
    kid: String,
    /// The modulus, big-endian, in unpadded base64url.
    n: String,
    /// The exponent, likewise.
    #[schema(example = "AQAB")]
    e: String,
}

impl From<&PublicKey> for JwkView {
    fn from(key: &PublicKey) -> Self {
        let PublicKey { id, n, e } = key.clone();
        Self { kty: "RSA", usage: "sig", alg: "RS256", kid: id, n, e }
    }
}

pub async fn handle() -> Result<Response, Problem> {
    let key = SigningKey::load().await?;
    let view = JwksView { keys: vec![JwkView::from(key.public())] };
    Ok(Response::ok(&view)?.header("cache-control", "public, max-age=300"))
}
