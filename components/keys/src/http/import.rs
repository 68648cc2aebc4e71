//! `POST /api/v1/api-keys/import`

use insula_domain::scope::Scope;
use insula_kit::{Cx, Pairs, Problem, Request, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use super::create::Asked;
use super::view::KeyView;
use crate::service;

/// A key of another system, and what it shall be here.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ImportedApiKey)]
pub struct ImportBody {
    /// The key's whole text: 20 to 256 visible ASCII characters, at least 8 different ones. Only its digest is kept, so it
    /// should be as random as only a machine makes it.
    #[schema(write_only, min_length = 20, max_length = 256, example = "0123456789abcdef0123456789abcdef")]
    key: String,
    /// What people call it: 1 to 100 characters, white space at the ends is removed.
    #[schema(min_length = 1, max_length = 100, example = "CI")]
    name: String,
    /// What it is for. At least one, each once, and each must grant something that the caller's role allows.
    #[schema(value_type = Vec<Scope>, min_items = 1, max_items = 8)]
    scopes: Vec<String>,
    /// After how many days it ends: 1 to 3650. Absent or null: never.
    #[schema(minimum = 1, maximum = 3650)]
    expires_in_days: Option<i64>,
    /// Whether its text says `live` or `test`, for people and for scanners; both may do the same. Absent or null: `live`.
    #[schema(default = true)]
    live: Option<bool>,
    /// How fast it may call, if less than the plan allows: calls a `second`, `minute`, `hour` or `day`, also all at once.
    /// Absent or null: as the plan says.
    #[schema(pattern = "^[1-9][0-9]{0,6}/(second|minute|hour|day)$", example = "100/minute")]
    rate_limit: Option<String>,
    /// The networks that it may be used from, in CIDR notation, or single addresses; from elsewhere it is refused as an
    /// unknown key. Absent or null: everywhere.
    #[schema(min_items = 1, max_items = 32, example = json!(["192.0.2.0/24", "2001:db8::/32"]))]
    allowed_networks: Option<Vec<String>>,
    /// Texts of your own: at most 16, each of at most 200 characters, under names of at most 40 characters.
    #[schema(value_type = Option<BTreeMap<String, String>>)]
    metadata: Option<Pairs>,
}

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let body: ImportBody = request.json()?;
    let asked = Asked {
        name: &body.name,
        scopes: &body.scopes,
        expires_in_days: body.expires_in_days,
        rate_limit: body.rate_limit.as_deref(),
        allowed_networks: body.allowed_networks.as_deref(),
        metadata: body.metadata,
    };
    service::import(cx, &body.key, asked.read(cx.now())?, body.live.unwrap_or(true), |key| {
        Response::created(&format!("/api/v1/api-keys/{}", key.id), &KeyView::from(key))
    })
    .await
}
