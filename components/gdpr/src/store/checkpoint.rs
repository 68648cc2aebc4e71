//! Checkpoints, in the database.

use insula_audit::hash::Hash;
use insula_kit::params;
use insula_kit::sql::{self, Db, Row, Statement};
use insula_kit::time::Timestamp;

use super::entry::{Log, number, size};

const GET: &str = include_str!("../../sql/audit_checkpoint_get.sql");
const INSERT: &str = include_str!("../../sql/audit_checkpoint_insert.sql");
const LIST: &str = include_str!("../../sql/audit_checkpoint_list.sql");

/// A checkpoint as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// How many entries it covers.
    pub size: u64,
    /// The note.
    pub note: String,
    /// When it was signed.
    pub created_at: Timestamp,
}

/// The newest checkpoint of at most that size.
pub async fn get(db: &Db, log: &Log, at_most: u64) -> Result<Option<Kept>, sql::Error> {
    let rows = db.query(log.scope, get_below(&log.name, at_most)).await?;
    rows.first().map(kept).transpose()
}

/// Reads the newest checkpoint of a log.
pub fn get_newest(log: &str) -> Statement {
    get_below(log, u64::MAX)
}

fn get_below(log: &str, at_most: u64) -> Statement {
    Statement::new(GET, params![log, number(at_most)])
}

/// Keeps a checkpoint, unless there is one of that size.
pub async fn insert(db: &Db, log: &Log, kept: &Kept, root: Hash) -> Result<bool, sql::Error> {
    let params = params![&log.name, number(kept.size), root.to_string(), &kept.note, kept.created_at];
    Ok(!db.query(log.scope, Statement::new(INSERT, params)).await?.is_empty())
}

/// Reads the checkpoints above one size, up to another.
pub fn list(log: &Log, above: u64, at_most: u64) -> Statement {
    Statement::new(LIST, params![&log.name, number(above), number(at_most)])
}

/// A checkpoint that was read.
pub fn kept(row: &Row) -> Result<Kept, sql::Error> {
    Ok(Kept { size: size(row, "size")?, note: row.text("note")?, created_at: row.time("created_at_ms")? })
}
