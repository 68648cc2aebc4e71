//! The JSON of signing keys, without anything that is secret.

use insula_kit::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::service::signing_key::Listed;

/// The keys that access tokens are signed with, newest first: those in use, and the latest that were.
#[derive(Serialize, ToSchema)]
#[schema(as = SigningKeys)]
pub struct SigningKeysView {
    items: Vec<SigningKeyView>,
}

/// A key.
#[derive(Serialize, ToSchema)]
#[schema(as = SigningKey)]
struct SigningKeyView {
    /// The name that tokens give in their header.
    kid: String,
    /// The algorithm: `RS256`, `ES256` or `EdDSA`.
    #[schema(example = "RS256")]
    algorithm: String,
    /// `next` is published and signs later, `current` signs, `retiring` is published still, `retired` and `withdrawn`
    /// are not.
    #[schema(example = "current")]
    state: &'static str,
    /// Where the private half is: `database`, sealed, or `variable`.
    #[schema(example = "database")]
    kept_in: &'static str,
    /// When it was made, or seen first.
    #[schema(format = DateTime)]
    created_at: String,
    /// From when on it signs.
    #[schema(format = DateTime)]
    signs_from: String,
    /// When it was taken out of use at once; null if it wasn't.
    #[schema(required, format = DateTime)]
    withdrawn_at: Option<String>,
}

impl From<&[Listed]> for SigningKeysView {
    fn from(keys: &[Listed]) -> Self {
        Self { items: keys.iter().map(SigningKeyView::from).collect() }
    }
}

impl From<&Listed> for SigningKeyView {
    fn from(Listed { key, state }: &Listed) -> Self {
        Self {
            kid: key.public.kid.clone(),
            algorithm: key.public.algorithm().to_owned(),
            state: state.as_str(),
            kept_in: if key.wrapped.is_some() { "database" } else { "variable" },
            created_at: key.created_at.to_rfc3339(),
            signs_from: key.term.signs_from.to_rfc3339(),
            withdrawn_at: key.term.withdrawn_at.map(Timestamp::to_rfc3339),
        }
    }
}
