//! `GET /api/v1/tenants/{tenant_id}/audit-log/proof`

use insula_audit::hash::Hash;
use insula_kit::validate::FieldError;
use insula_kit::{Cx, Problem, Request, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::number;
use crate::service;
use crate::service::proof::{Consistency, Inclusion};

/// A proof (RFC 9162, 2.1.3 and 2.1.4): that an entry is in a tree, or that one tree is the beginning of another.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditProof)]
pub struct ProofView {
    /// `inclusion` or `consistency`.
    #[schema(example = "inclusion")]
    kind: &'static str,
    /// Of an inclusion: the entry's place. Null otherwise.
    #[schema(required, minimum = 0)]
    entry: Option<u64>,
    /// Of an inclusion: the entry's hash as a leaf. Null otherwise.
    #[schema(required, pattern = "^[0-9a-f]{64}$")]
    leaf: Option<String>,
    /// Of a consistency: the size of the earlier tree. Null otherwise.
    #[schema(required, minimum = 1)]
    from: Option<u64>,
    /// Of a consistency: the root of the earlier tree. Null otherwise.
    #[schema(required, pattern = "^[0-9a-f]{64}$")]
    from_root: Option<String>,
    /// The size of the tree.
    #[schema(minimum = 1)]
    size: u64,
    /// Its root, which the checkpoint of that size says as well.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    root: String,
    /// The hashes, in hexadecimal.
    proof: Vec<String>,
}

impl From<Inclusion> for ProofView {
    fn from(found: Inclusion) -> Self {
        Self {
            kind: "inclusion",
            entry: Some(found.entry),
            leaf: Some(found.leaf.to_string()),
            from: None,
            from_root: None,
            size: found.tree.size,
            root: found.tree.root.to_string(),
            proof: texts(&found.path),
        }
    }
}

impl From<Consistency> for ProofView {
    fn from(found: Consistency) -> Self {
        Self {
            kind: "consistency",
            entry: None,
            leaf: None,
            from: Some(found.old.size),
            from_root: Some(found.old.root.to_string()),
            size: found.new.size,
            root: found.new.root.to_string(),
            proof: texts(&found.path),
        }
    }
}

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let (entry, size) = (number(request, "entry")?, number(request, "size")?);
    let (from, to) = (number(request, "from")?, number(request, "to")?);
    let tenant_id = request.path_id("tenant_id")?;
    let view: ProofView = match (entry, from) {
        (Some(entry), None) if to.is_none() => {
            service::proof::inclusion(cx, tenant_id, entry, size).await?.into()
        }
        (None, Some(from)) if size.is_none() => {
            service::proof::consistency(cx, tenant_id, from, to).await?.into()
        }
        _ => {
            let detail = "either `entry`, and perhaps `size`, or `from`, and perhaps `to`";
            return Err(FieldError::query("entry", "required", detail).into());
        }
    };
    Response::ok(&view)
}

fn texts(hashes: &[Hash]) -> Vec<String> {
    hashes.iter().map(Hash::to_string).collect()
}
