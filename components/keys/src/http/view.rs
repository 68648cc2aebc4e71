//! The JSON of a key.

use insula_domain::scope::Scope;
use insula_kit::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api_key::ApiKey;

/// A credential of a program, without its secret.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApiKey)]
pub struct KeyView {
    /// Its id.
    #[schema(example = "key_01h455vb4pex5vsknk084sn02q")]
    id: String,
    /// What people call it.
    #[schema(example = "CI")]
    name: String,
    /// What it is for.
    scopes: Vec<Scope>,
    /// How its text starts.
    #[schema(example = "ins_live_01h455vb4pex5vsknk084sn02q")]
    prefix: String,
    /// Whether its text says `live` or `test`.
    live: bool,
    /// The person who made it, and whose role bounds it.
    #[schema(example = "usr_01h455vb4pex5vsknk084sn02q")]
    created_by: String,
    /// When it was made.
    #[schema(format = DateTime, example = "2030-01-01T00:00:00.007Z")]
    created_at: String,
    /// When it ends; null if it doesn't.
    #[schema(required, format = DateTime)]
    expires_at: Option<String>,
    /// When it was revoked; null if it wasn't.
    #[schema(required, format = DateTime)]
    revoked_at: Option<String>,
}

impl From<&ApiKey> for KeyView {
    fn from(key: &ApiKey) -> Self {
        Self {
            id: key.id.to_string(),
            name: key.name.clone(),
            scopes: key.scopes.clone(),
            prefix: key.prefix(),
            live: key.live,
            created_by: key.created_by.to_string(),
            created_at: key.created_at.to_rfc3339(),
            expires_at: key.expires_at.map(Timestamp::to_rfc3339),
            revoked_at: key.revoked_at.map(Timestamp::to_rfc3339),
        }
    }
}
