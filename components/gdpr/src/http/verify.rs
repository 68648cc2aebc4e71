//! `POST /api/v1/tenants/{tenant_id}/audit-log/verify`

use insula_kit::{Cx, Problem, Request, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::number;
use crate::service::verify::{self, Fault, Why};

/// What came of checking a log.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditVerification)]
pub struct VerificationView {
    /// `right` or `wrong`.
    #[schema(example = "right")]
    outcome: &'static str,
    /// The first entry that was checked.
    #[schema(example = 0, minimum = 0)]
    from: u64,
    /// The entry after the last that was checked.
    #[schema(example = 12, minimum = 0)]
    to: u64,
    /// How many entries the log has.
    #[schema(example = 12, minimum = 0)]
    size: u64,
    /// Up to which entry a checkpoint was seen to cover what is there; 0 where no checkpoint was met.
    #[schema(example = 10, minimum = 0)]
    signed: u64,
    /// What to send as `first_entry` to check what is left; null when nothing is.
    #[schema(required, minimum = 0)]
    next: Option<u64>,
    /// What is wrong first; null where nothing is.
    #[schema(required)]
    fault: Option<FaultView>,
}

/// What is wrong with a log.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditFault)]
struct FaultView {
    /// At which entry.
    #[schema(example = 7, minimum = 0)]
    entry: u64,
    /// `missing`, `changed`, `indexed`, `foreign`, `tree`, `checkpoint` or `head`.
    #[schema(example = "changed")]
    why: &'static str,
    /// The same in words.
    detail: &'static str,
}

impl From<Fault> for FaultView {
    fn from(fault: Fault) -> Self {
        let (why, detail) = match fault.why {
            Why::Missing => ("missing", "The entry is missing."),
            Why::Changed => ("changed", "The entry is not what was recorded."),
            Why::Indexed => ("indexed", "The entry is found by another time, action or actor than it says."),
            Why::Foreign => ("foreign", "The entry is of another log."),
            Why::Tree => ("tree", "The stored tree is not that of the entries from this one on."),
            Why::Checkpoint => ("checkpoint", "What was signed after this entry is not what is there."),
            Why::Head => ("head", "The log does not end with this entry as it says that it does."),
        };
        Self { entry: fault.entry, why, detail }
    }
}

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let from = number(request, "first_entry")?.unwrap_or(0);
    let found = verify::verify(cx, request.path_id("tenant_id")?, from).await?;
    Response::ok(&VerificationView {
        outcome: if found.fault.is_none() { "right" } else { "wrong" },
        from: found.from,
        to: found.to,
        size: found.size,
        signed: found.signed,
        next: found.next,
        fault: found.fault.map(FaultView::from),
    })
}
