//! `GET /api/v1/audit-log-keys/{tenant_id}`

use insula_kit::id::TenantId;
use insula_kit::{Cx, Problem, Request, Response, etag};
use serde::Serialize;
use utoipa::ToSchema;

use crate::service::keys;

/// What a tenant's audit log is checked with.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditKey)]
pub struct KeyView {
    /// The name under which the log is signed, and its first line in a checkpoint.
    #[schema(example = "api.insula.example/audit/ten_01h455vb4pex5vsknk084sn02q")]
    origin: String,
    /// The key, as C2SP signed-note writes it: name, id and Ed25519 public key.
    key: String,
}

/// Answers for every id of a tenant, whether there is one or not: the key is derived, so this tells nothing.
pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let tenant_id: TenantId = request.path_id("tenant_id")?;
    let log = tenant_id.to_string();
    let origin = keys::origin(&log).await;
    let key = keys::signer(cx, &log, &origin).await?.verifier().to_text();
    etag::conditional(request, Response::ok(&KeyView { origin, key }))
}
