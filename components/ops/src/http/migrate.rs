//! `POST /internal/migrate`

use insula_kit::config::variable;
use insula_kit::sql::Db;
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
    let owned = owned(cx.db().clone(), variable("database_owner_url").await);
    let applied = owned.migrate(cx.now().as_ms()).await?;
    let schema = owned.schema().await?;
    Response::ok(&MigrationView { applied, schema })
}

/// The database as its owner reaches it: who serves may not change the schema where another owns it.
fn owned(served: Db, owner: Option<String>) -> Db {
    match (served, owner) {
        (Db::Postgres(_), Some(address)) if !address.is_empty() => Db::Postgres(address),
        (served, _) => served,
    }
}
