//! `POST /internal/migrate`

use std::time::Duration;

use insula_kit::config::variable;
use insula_kit::sql::{self, Db};
use insula_kit::time::Timestamp;
use insula_kit::{Cx, Problem, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::database;

/// How many tenants' schemas are brought up to date in one transaction: their tables are locked until it ends.
const TENANTS_AT_ONCE: i64 = 20;

/// After which time a call leaves the rest of the tenants to the next one.
const TENANTS_FOR_MS: i64 = 10_000;

/// What the call did to the schema.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Migration)]
pub struct MigrationView {
    /// The numbers of the migrations that this call made, in order; empty when there was nothing to do.
    applied: Vec<u32>,
    /// The number of the database's newest migration.
    #[schema(example = 5, minimum = 0)]
    schema: u32,
    /// How many tenants' own schemas and databases this call brought up to date.
    #[schema(example = 0, minimum = 0)]
    tenants_migrated: i64,
    /// How many are not up to date yet: call again while this falls. A tenant whose call comes first is brought up to date by
    /// that call. Databases that can't be reached remain.
    #[schema(example = 0, minimum = 0)]
    tenants_left: i64,
}

/// Brings the schema up to date.
pub async fn handle(cx: &Cx) -> Result<Response, Problem> {
    let owned = owned(cx.db().clone(), variable("database_owner_url").await);
    let applied = owned.migrate(cx.now().as_ms()).await?;
    let schema = owned.schema().await?;
    let tenants_migrated = migrate_tenants(&owned).await?;
    let (databases_migrated, databases_left) = database::migrate(cx).await?;
    let tenants_migrated = tenants_migrated + databases_migrated;
    let tenants_left = owned.schemas_behind().await? + databases_left;
    Response::ok(&MigrationView { applied, schema, tenants_migrated, tenants_left })
}

/// Brings tenants' own schemas up to date, one part after another, for a while. Returns how many. The clock is the
/// machine's: it bounds work and pauses, and decides nothing.
async fn migrate_tenants(owned: &Db) -> Result<i64, sql::Error> {
    let (mut migrated, mut after) = (0, String::new());
    let end = Timestamp::now().plus_ms(TENANTS_FOR_MS);
    let mut begun = Timestamp::now();
    while begun < end {
        let part = owned.migrate_schemas(&after, TENANTS_AT_ONCE).await?;
        migrated += part.done;
        match part.last {
            Some(last) => after = last,
            None => break,
        }
        pause(begun, end).await;
        begun = Timestamp::now();
    }
    Ok(migrated)
}

/// Leaves the database to those who are served meanwhile, for half as long as the part took that began then, and not past
/// the end.
async fn pause(begun: Timestamp, end: Timestamp) {
    let now = Timestamp::now().as_ms();
    let half = now.saturating_sub(begun.as_ms()) / 2;
    let left = end.as_ms().saturating_sub(now);
    if let Some(pause) = u64::try_from(half.min(left)).ok().filter(|ms| *ms > 0) {
        spin_sdk::time::sleep(Duration::from_millis(pause)).await;
    }
}

/// The database as its owner reaches it: who serves may not change the schema where another owns it.
fn owned(served: Db, owner: Option<String>) -> Db {
    match (served, owner) {
        (Db::Postgres(_), Some(address)) if !address.is_empty() => Db::Postgres(address),
        (served, _) => served,
    }
}
