//! Which databases of tenants' own are to be looked at, in the database.

use insula_kit::id::TenantId;
use insula_kit::own_database::Home;
use insula_kit::params;
use insula_kit::sql::{self, Db, Row, Scope, Statement};
use insula_kit::time::Timestamp;

const LIST_DUE: &str = include_str!("../../sql/tenant_database_list_due.sql");
const LIST_BEHIND: &str = include_str!("../../sql/tenant_database_list_behind.sql");
const COUNT_BEHIND: &str = include_str!("../../sql/tenant_database_count_behind.sql");
const LIST_STALE: &str = include_str!("../../sql/tenant_database_list_stale.sql");
const LIST_LEFT: &str = include_str!("../../sql/tenant_database_list_left.sql");
const POSTPONE: &str = include_str!("../../sql/tenant_database_postpone.sql");
const SET_REACHED: &str = include_str!("../../sql/tenant_database_set_reached.sql");

/// Some of those that something waits for.
pub async fn due(db: &Db, now: Timestamp) -> Result<Vec<TenantId>, sql::Error> {
    list(db, Statement::new(LIST_DUE, params![now])).await
}

/// Some of those after `after` that lack a step.
pub async fn behind(db: &Db, after: &str) -> Result<Vec<TenantId>, sql::Error> {
    let newest = i64::from(insula_migrations::newest_of_tenants());
    list(db, Statement::new(LIST_BEHIND, params![newest, after])).await
}

/// How many lack a step.
pub async fn count_behind(db: &Db) -> Result<i64, sql::Error> {
    let newest = i64::from(insula_migrations::newest_of_tenants());
    let rows = db.query(Scope::System, Statement::new(COUNT_BEHIND, params![newest])).await?;
    rows.first().map_or(Ok(0), |row| row.integer("behind"))
}

/// Has one tried again later.
pub async fn postpone(db: &Db, id: TenantId, now: Timestamp) -> Result<(), sql::Error> {
    db.query(Scope::Tenant(id), Statement::new(POSTPONE, params![now, id])).await.map(|_| ())
}

/// Notes that one was reached.
pub async fn reached(db: &Db, id: TenantId) -> Result<(), sql::Error> {
    db.query(Scope::Tenant(id), Statement::new(SET_REACHED, params![id])).await.map(|_| ())
}

/// Some attempts that were begun at `latest` or before, and not ended.
pub async fn stale(db: &Db, latest: Timestamp) -> Result<Vec<(TenantId, String)>, sql::Error> {
    let found = db.query(Scope::System, Statement::new(LIST_STALE, params![latest])).await?;
    found.iter().map(|row| Ok((row.id("tenant_id")?, row.text("attempt")?))).collect()
}

/// A database that was left and is not cleared yet.
pub struct Left {
    pub id: TenantId,
    /// Which one.
    pub identity: String,
    /// When.
    pub at: Timestamp,
    /// How often it could not be reached since.
    pub failures: i64,
}

/// Some of them.
pub async fn left(db: &Db, now: Timestamp) -> Result<Vec<Left>, sql::Error> {
    let found = db.query(Scope::System, Statement::new(LIST_LEFT, params![now])).await?;
    let read = |row: &Row| {
        Ok(Left {
            id: row.id("tenant_id")?,
            identity: row.text("identity")?,
            at: row.time("left_at_ms")?,
            failures: row.integer("failures")?,
        })
    };
    found.iter().map(read).collect()
}

/// Forgets one of them as it is, with `entry` in its tenant's log. Refused if it was forgotten.
pub async fn forget(db: &Db, id: TenantId, identity: &str, entry: Statement) -> Result<(), sql::Error> {
    db.batch(Scope::Tenant(id), vec![Home::forget(id, identity), entry]).await.map(|_| ())
}

async fn list(db: &Db, statement: Statement) -> Result<Vec<TenantId>, sql::Error> {
    db.query(Scope::System, statement).await?.iter().map(|row| row.id("tenant_id")).collect()
}
