//! The JSON of a key, and its entity tag.

use std::collections::BTreeMap;

use insula_domain::scope::Scope;
use insula_kit::etag;
use insula_kit::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api_key::{ApiKey, Reason};

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
    /// How its text starts; null if another system made the text.
    #[schema(required, example = "ins_live_01h455vb4pex5vsknk084sn02q")]
    prefix: Option<String>,
    /// Whether its text says `live` or `test`.
    live: bool,
    /// Whether another system made its text.
    imported: bool,
    /// How fast it may call; null if only the plan says.
    #[schema(required, example = "100/minute")]
    rate_limit: Option<String>,
    /// The networks that it may be used from; null is everywhere.
    #[schema(required)]
    allowed_networks: Option<Vec<String>>,
    /// Texts of the tenant's own.
    metadata: BTreeMap<String, String>,
    /// The person who made it, and whose role bounds it.
    #[schema(example = "usr_01h455vb4pex5vsknk084sn02q")]
    created_by: String,
    /// When it was made.
    #[schema(format = DateTime, example = "2030-01-01T00:00:00.007Z")]
    created_at: String,
    /// When it ends; null if it doesn't.
    #[schema(required, format = DateTime)]
    expires_at: Option<String>,
    /// When it was last let in, to the minute; null if it never was.
    #[schema(required, format = DateTime)]
    last_used_at: Option<String>,
    /// The key that replaced it; null if none did.
    #[schema(required, example = "key_01h455vb4pex5vsknk084sn02q")]
    successor_id: Option<String>,
    /// When it was revoked; null if it wasn't.
    #[schema(required, format = DateTime)]
    revoked_at: Option<String>,
    /// Why it was revoked; null if it wasn't.
    #[schema(required)]
    revoked_because: Option<Reason>,
}

impl From<&ApiKey> for KeyView {
    fn from(key: &ApiKey) -> Self {
        let settings = &key.settings;
        Self {
            id: key.id.to_string(),
            name: settings.name.clone(),
            scopes: settings.scopes.clone(),
            prefix: key.prefix(),
            live: key.live,
            imported: key.imported,
            rate_limit: settings.limit.map(|limit| limit.to_string()),
            allowed_networks: settings.networks.as_ref().map(|networks| networks.to_list()),
            metadata: settings.metadata.clone(),
            created_by: key.created_by.to_string(),
            created_at: key.created_at.to_rfc3339(),
            expires_at: settings.expires_at.map(Timestamp::to_rfc3339),
            last_used_at: key.last_used_at.map(Timestamp::to_rfc3339),
            successor_id: key.successor.map(|id| id.to_string()),
            revoked_at: key.revoked.map(|(at, _)| at.to_rfc3339()),
            revoked_because: key.revoked.map(|(_, reason)| reason),
        }
    }
}

/// The tag of a key: of all that is shown. When it was last used stands apart, behind a point.
pub fn tag(key: &ApiKey) -> String {
    let used = key.last_used_at.map(|at| at.as_ms().to_string()).unwrap_or_default();
    format!("\"{}.{used}\"", state(key))
}

/// Whether a tag names the key as there is it to be changed: a program that uses the key meanwhile is in nobody's way.
pub fn names(tag: &str, key: &ApiKey) -> bool {
    let inner = tag.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.and_then(|inner| inner.split_once('.')).is_some_and(|(before, _)| before == state(key))
}

fn state(key: &ApiKey) -> String {
    let unused = KeyView { last_used_at: None, ..KeyView::from(key) };
    etag::tag(&serde_json::to_vec(&unused).unwrap_or_default()).trim_matches('"').to_owned()
}
