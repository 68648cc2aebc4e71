//! `POST /api/v1/api-keys/{key_id}/rotate`

use insula_kit::validate::FieldError;
use insula_kit::{Cx, Problem, Request, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::create::CreatedKeyView;
use crate::service::rotate;

const GRACE_HOURS: std::ops::RangeInclusive<i64> = 0..=720;
const DEFAULT_GRACE_HOURS: i64 = 24;

/// How long the old key goes on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ApiKeyRotation)]
pub struct RotationBody {
    /// For how many hours the old key goes on beside the new one: 0 to 720. Absent or null: 24. It never goes on for longer
    /// than it would have.
    #[schema(minimum = 0, maximum = 720, default = 24)]
    grace_period_hours: Option<i64>,
}

/// The new key, with its text, and the old one.
#[derive(Serialize, ToSchema)]
#[schema(as = RotatedApiKey)]
pub struct RotatedKeyView {
    #[serde(flatten)]
    created: CreatedKeyView,
    /// The key that it replaces.
    #[schema(example = "key_01h455vb4pex5vsknk084sn02q")]
    replaced_key_id: String,
    /// When that one ends, or ended.
    #[schema(format = DateTime, example = "2030-01-02T00:00:00Z")]
    replaced_key_ends_at: String,
}

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let body: RotationBody = request.json()?;
    let grace_hours = body.grace_period_hours.unwrap_or(DEFAULT_GRACE_HOURS);
    if !GRACE_HOURS.contains(&grace_hours) {
        let detail = "must be a whole number from 0 to 720";
        return Err(FieldError::new("grace_period_hours", "range", detail).into());
    }
    rotate::rotate(cx, request.path_id("key_id")?, grace_hours, |key, secret, replaced| {
        let view = RotatedKeyView {
            created: CreatedKeyView::new(key, secret),
            replaced_key_id: replaced.id.to_string(),
            replaced_key_ends_at: replaced.ends_at.to_rfc3339(),
        };
        Response::created(&format!("/api/v1/api-keys/{}", key.id), &view)
    })
    .await
}
