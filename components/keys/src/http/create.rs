//! `POST /api/v1/api-keys`

use insula_kit::{Cx, Problem, Request, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::body::key_body;
use super::view::KeyView;
use crate::api_key::{ApiKey, Secret};
use crate::service;

key_body! {
    /// What a new key needs.
    #[schema(as = NewApiKey)]
    pub struct NewKeyBody {}
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
    /// The view that shows the text of a key.
    pub fn new(api_key: &ApiKey, secret: &Secret) -> Self {
        Self { api_key: KeyView::from(api_key), key: secret.reveal().to_owned() }
    }
}

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let mut body: NewKeyBody = request.json()?;
    let settings = body.settings(cx.now())?;
    service::create(cx, settings, body.live.unwrap_or(true), |key, secret| {
        let location = format!("/api/v1/api-keys/{}", key.id);
        Response::created(&location, &CreatedKeyView::new(key, secret))
    })
    .await
}
