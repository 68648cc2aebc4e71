//! `GET /.well-known/jwks.json`

use insula_kit::{Cx, Problem, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::service::signing_key;
use crate::signing_key::jwk::Jwk;

/// How long the public documents may be kept, by browsers and by caches on the way: 5 minutes.
pub const CACHED: &str = "public, max-age=300";

/// The keys that access tokens are verified with (RFC 7517): the one that signs, the next one, and those of which there
/// may still be tokens.
#[derive(Serialize, ToSchema)]
#[schema(as = JsonWebKeySet)]
pub struct JwksView {
    keys: Vec<Jwk>,
}

pub async fn handle(cx: &Cx) -> Result<Response, Problem> {
    let keys = signing_key::list(cx).await?;
    let published = keys.into_iter().filter(|listed| listed.state.is_published());
    let view = JwksView { keys: published.map(|listed| listed.key.public).collect() };
    Ok(Response::ok(&view)?.header("cache-control", CACHED))
}
