//! `POST /internal/tick`

use insula_kit::{Cx, Problem, Request, Response, schema};
use serde::Serialize;
use utoipa::ToSchema;

use crate::rotation;
use crate::tick::{self, Ran};

/// What was due and was done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Tick)]
pub struct TickView {
    /// Every task, in the order in which they ran.
    ran: Vec<RanView>,
    /// Whether the next signing key was made: `not_due`, `made`, or `failed`, which the log explains.
    #[schema(example = "not_due")]
    signing_keys: &'static str,
}

/// What one task did.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TaskRun)]
struct RanView {
    /// The task's name.
    #[schema(example = "purge_sessions")]
    task: &'static str,
    /// How many rows it removed; 0 when nothing was due.
    #[schema(example = 12)]
    removed: usize,
}

impl From<&Ran> for RanView {
    fn from(ran: &Ran) -> Self {
        Self { task: ran.task.as_str(), removed: ran.removed }
    }
}

/// Does what is due.
pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    schema::ensure(cx.db()).await?;
    let ran = tick::run(cx.db(), cx.now()).await?;
    let signing_keys = rotation::run(request).await.as_str();
    Response::ok(&TickView { ran: ran.iter().map(RanView::from).collect(), signing_keys })
}
