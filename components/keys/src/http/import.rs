//! `POST /api/v1/api-keys/import`

use insula_kit::{Cx, Problem, Request, Response};

use super::body::key_body;
use super::view::KeyView;
use crate::service;

key_body! {
    /// A key of another system, and what it shall be here.
    #[schema(as = ImportedApiKey)]
    pub struct ImportBody {
        /// The key's whole text: 20 to 256 visible ASCII characters, at least 8 different ones. Only its digest is kept, so it
        /// should be as random as only a machine makes it.
        #[schema(write_only, min_length = 20, max_length = 256, example = "0123456789abcdef0123456789abcdef")]
        key: String,
    }
}

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let mut body: ImportBody = request.json()?;
    let settings = body.settings(cx.now())?;
    service::import(cx, &body.key, settings, body.live.unwrap_or(true), |key| {
        Response::created(&format!("/api/v1/api-keys/{}", key.id), &KeyView::from(key))
    })
    .await
}
