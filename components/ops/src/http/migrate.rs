//! `POST /internal/migrate`

use insula_kit::{Cx, Problem, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// What the call did to the schema.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Migration)]
pub struct MigrationView {
    /// The numbers of the migrations that this call made, in order; empty when there was nothing to do.
    applied: Vec<u32>,
    /// The number of the database's newest migration.
    #[schema(example = 5, minimum = 0)]
    schema: u32,
}

/// Brings the schema up to date.
pub async fn handle(cx: &Cx) -> Result<Response, Problem> {
    let applied = cx.db().migrate(cx.now().as_ms()).await?;
    let schema = cx.db().schema().await?;
    Response::ok(&MigrationView { applied, schema })
}
