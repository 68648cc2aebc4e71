//! Logs that are due to be signed, in the database.
//!
//! They are found by walking through all logs, a part at each step: which ones grew is written nowhere else, because
//! appending is what there is most of.

use insula_kit::id::TenantId;
use insula_kit::params;
use insula_kit::sql::{self, Db, Row, Scope, Statement};
use insula_kit::time::Timestamp;

use super::entry::{Log, size};

const LIST: &str = include_str!("../../sql/audit_head_list_due.sql");
const GET_CURSOR: &str = include_str!("../../sql/tick_cursor_get.sql");
const SET_CURSOR: &str = include_str!("../../sql/tick_cursor_set.sql");
const TASK: &str = "sign_audit_logs";
/// How many logs one step looks at. The statement says the same number.
const STEP: usize = 500;

/// A part of the walk.
#[derive(Debug)]
pub struct Step {
    /// The logs of it that are due.
    pub due: Vec<Log>,
    /// After which log the next part begins; empty for the first.
    pub next: String,
}

/// The logs that come next and are not as they were signed, where that was at `latest` or before.
pub async fn step(db: &Db, latest: Timestamp) -> Result<Step, sql::Error> {
    let cursor = db.query(Scope::System, Statement::new(GET_CURSOR, params![TASK])).await?;
    let after = cursor.first().map_or(Ok(String::new()), |row| row.text("after_id"))?;
    let rows = db.query(Scope::System, Statement::new(LIST, params![after])).await?;
    let is_last = rows.len() < STEP;
    let next = rows.last().filter(|_| !is_last).map_or(Ok(String::new()), |row| row.text("tenant_id"))?;
    let mut due = Vec::new();
    for row in &rows {
        let signed_at = row.optional_time("signed_at_ms")?;
        if size(row, "size")? != size(row, "signed")? && signed_at.is_none_or(|at| at <= latest) {
            due.push(read(row)?);
        }
    }
    Ok(Step { due, next })
}

/// Notes after which log the next part begins.
pub async fn go_on(db: &Db, after: &str) -> Result<(), sql::Error> {
    db.query(Scope::System, Statement::new(SET_CURSOR, params![TASK, after])).await.map(|_| ())
}

fn read(row: &Row) -> Result<Log, sql::Error> {
    let name = row.text("tenant_id")?;
    let scope = TenantId::parse(&name).map_or(Scope::System, Scope::Tenant);
    Ok(Log { name, scope, size: size(row, "size")?, link: row.text("link")? })
}
