//! `POST /api/v1/auth/signing-keys/rotate`

use insula_kit::validate::FieldError;
use insula_kit::{Cx, Problem, Request, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::view::SigningKeysView;
use crate::service::signing_key::{self, Rotation};

/// How to rotate.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SigningKeyRotation)]
pub struct RotationBody {
    /// Only if the schedule asks for it: the present key is older than 90 days or for another algorithm than the
    /// setting. Absent or null: whatever the schedule says.
    if_due: Option<bool>,
    /// Whether somebody else may have a key: then the new one signs at once, and the others are published no longer.
    /// Not together with `if_due`. Absent or null: no.
    withdraw: Option<bool>,
}

/// What came of it.
#[derive(Serialize, ToSchema)]
#[schema(as = SigningKeyRotated)]
pub struct RotatedView {
    /// Whether a key was made: not if none was due, or if the next one was there already.
    rotated: bool,
    #[serde(flatten)]
    keys: SigningKeysView,
}

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let RotationBody { if_due, withdraw } = request.json()?;
    let rotation = match (if_due.unwrap_or_default(), withdraw.unwrap_or_default()) {
        (true, true) => {
            return Err(FieldError::new("withdraw", "conflict", "not together with `if_due`").into());
        }
        (true, false) => Rotation::IfDue,
        (false, true) => Rotation::Withdraw,
        (false, false) => Rotation::Next,
    };
    let (rotated, keys) = signing_key::rotate(cx, rotation).await?;
    Response::ok(&RotatedView { rotated, keys: SigningKeysView::from(keys.as_slice()) })
}
