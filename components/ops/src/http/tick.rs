//! `POST /internal/tick`

use insula_kit::{Cx, Problem, Response, schema};
use serde::Serialize;
use utoipa::ToSchema;

use crate::tick::{self, Ran};

/// What was due and was done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Tick)]
pub struct TickView {
    /// Every task, in the order in which they ran.
    ran: Vec<RanView>,
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
pub async fn handle(cx: &Cx) -> Result<Response, Problem> {
    schema::ensure(cx.db()).await?;
    let ran = tick::run(cx.db(), cx.now()).await?;
    Response::ok(&TickView { ran: ran.iter().map(RanView::from).collect() })
}
