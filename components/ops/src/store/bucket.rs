//! Buckets that are full, in the database.
//!
//! A full bucket is as good as none, so it needs no row. The rows are found by walking through the table, a part at each
//! step: an index by the time of the last call would be written at every call, and calls are what there are most of.

use insula_kit::params;
use insula_kit::sql::{self, Db, Scope, Statement};
use insula_kit::time::Timestamp;

const GET_PART: &str = include_str!("../../sql/bucket_get_part.sql");
const PURGE: &str = include_str!("../../sql/bucket_purge.sql");
const GET_CURSOR: &str = include_str!("../../sql/tick_cursor_get.sql");
const SET_CURSOR: &str = include_str!("../../sql/tick_cursor_set.sql");
/// The name of the task that removes them, on the wire.
pub const TASK: &str = "purge_buckets";

/// One step of the walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// How many buckets it deleted.
    pub removed: usize,
    /// Whether it came to the table's end; the next step begins at the start.
    pub is_last: bool,
}

/// Deletes the full buckets of the part that comes next.
pub async fn purge(db: &Db, now: Timestamp) -> Result<Step, sql::Error> {
    let cursor = db.query(Scope::System, Statement::new(GET_CURSOR, params![TASK])).await?;
    let after = cursor.first().map_or(Ok(String::new()), |row| row.text("after_id"))?;
    let part = db.query(Scope::System, Statement::new(GET_PART, params![&after])).await?;
    let (last, rows) = match part.first() {
        Some(row) => (row.text("last_id")?, row.integer("rows")?),
        None => (String::new(), 0),
    };
    let is_last = usize::try_from(rows).is_ok_and(|rows| rows < super::CHUNK);
    let next = if is_last { "" } else { last.as_str() };
    let statements = vec![
        Statement::new(PURGE, params![&after, &last, now]),
        Statement::new(SET_CURSOR, params![TASK, next]),
    ];
    let results = db.batch(Scope::System, statements).await?;
    Ok(Step { removed: results.first().map_or(0, Vec::len), is_last })
}
