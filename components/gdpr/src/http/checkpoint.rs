//! `GET /api/v1/tenants/{tenant_id}/audit-log/checkpoint`, and `POST` there

use insula_kit::validate::FieldError;
use insula_kit::{Cx, Problem, Request, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::number;
use crate::service;
use crate::service::checkpoint::Signed;

/// A signed head of the tree over a log.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditCheckpoint)]
pub struct CheckpointView {
    /// Whose log it is: its name and that of its key.
    #[schema(example = "api.insula.example/audit/ten_01h455vb4pex5vsknk084sn02q")]
    origin: String,
    /// How many entries it covers.
    #[schema(example = 12, minimum = 0)]
    size: u64,
    /// The root of the tree over them (RFC 9162), in hexadecimal.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    root: String,
    /// The signed note (C2SP tlog-checkpoint), as `insula audit verify` and others read it.
    note: String,
    /// What it is checked with; `/api/v1/audit-log-keys/{tenant_id}` gives the same to everybody.
    key: String,
    /// When it was signed.
    #[schema(format = DateTime)]
    created_at: String,
}

impl From<&Signed> for CheckpointView {
    fn from(signed: &Signed) -> Self {
        Self {
            origin: signed.says.origin.clone(),
            size: signed.says.size,
            root: signed.says.root.to_string(),
            note: signed.note.clone(),
            key: signed.key.to_text(),
            created_at: signed.created_at.to_rfc3339(),
        }
    }
}

/// Shows the newest checkpoint, or the one of a size.
pub async fn get(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let (size, is_note) = (number(request, "size")?, is_note(request)?);
    let tenant_id = request.path_id("tenant_id")?;
    let log = service::log(cx, tenant_id).await?;
    let signed = service::checkpoint::get(cx, &log, size).await?;
    if is_note {
        return Ok(Response::of(200, "text/plain", signed.note));
    }
    Response::ok(&CheckpointView::from(&signed))
}

/// Signs the log as it is now.
pub async fn make(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let signed = service::checkpoint::wished(cx, request.path_id("tenant_id")?).await?;
    Response::ok(&CheckpointView::from(&signed))
}

fn is_note(request: &Request) -> Result<bool, FieldError> {
    match request.query("format") {
        None | Some("json") => Ok(false),
        Some("note") => Ok(true),
        Some(_) => Err(FieldError::query("format", "unknown", "must be `json` or `note`")),
    }
}
