//! `POST /api/v1/api-keys`

use insula_domain::scope::Scope;
use insula_kit::{Cx, Problem, Request, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::view::KeyView;
use crate::api_key::{ApiKey, NewKey, Secret};
use crate::service;

/// What a new key needs.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewApiKey)]
pub struct NewKeyBody {
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
}

/// A new key, with its text.
#[derive(Serialize, ToSchema)]
#[schema(as = CreatedApiKey)]
pub struct CreatedKeyView {
    #[serde(flatten)]
    api_key: KeyView,
    /// The key's whole text. It is shown this once and not stored.
    #[schema(
        read_only,
        example = "ins_live_01h455vb4pex5vsknk084sn02q_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA_1faead17"
    )]
    key: String,
}

impl CreatedKeyView {
    /// The one view that shows the text of a key.
    fn new(api_key: &ApiKey, secret: &Secret) -> Self {
        Self { api_key: KeyView::from(api_key), key: secret.reveal().to_owned() }
    }
}

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let body: NewKeyBody = request.json()?;
    let new = NewKey::parse(&body.name, &body.scopes, body.expires_in_days, body.live.unwrap_or(true))?;
    service::create(cx, new, |key, secret| {
        let location = format!("/api/v1/api-keys/{}", key.id);
        Response::created(&location, &CreatedKeyView::new(key, secret))
    })
    .await
}
