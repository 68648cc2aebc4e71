//! Entries and where logs end, in the database.

use insula_kit::id::TenantId;
use insula_kit::params;
use insula_kit::sql::{self, Db, Row, Rows, Scope, Statement};
use insula_kit::time::Timestamp;

use crate::filter::{Actor, Filter};

const GET_LOG: &str = include_str!("../../sql/audit_head_get_by_tenant.sql");
const GET_PLACE: &str = include_str!("../../sql/audit_entry_get_place.sql");
const LIST: &str = include_str!("../../sql/audit_entry_list.sql");
const LIST_BY_PLACE: &str = include_str!("../../sql/audit_entry_list_by_place.sql");
const LIST_WHOLE: &str = include_str!("../../sql/audit_entry_list_whole.sql");
const GET: &str = include_str!("../../sql/audit_head_get.sql");

/// A log and where it ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// Its name: the id of the tenant.
    pub name: String,
    /// For whom it is read.
    pub scope: Scope,
    /// How many entries it has.
    pub size: u64,
    /// The link of the last; empty without entries.
    pub link: String,
}

/// An entry as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its place.
    pub seq: u64,
    /// Its canonical bytes.
    pub text: String,
    /// Its link.
    pub link: String,
}

/// An entry with what it is found by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whole {
    /// The entry.
    pub stored: Stored,
    /// When.
    pub at: Timestamp,
    /// What was done.
    pub action: String,
    /// By whom; empty for those without an id.
    pub actor_id: String,
}

/// A stretch of a log: of places, and of times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The first place.
    pub first: u64,
    /// The place after the last.
    pub before: u64,
    /// The first time.
    pub from: Timestamp,
    /// The time after the last.
    pub to: Timestamp,
}

/// The log of a tenant; none when there is no such tenant.
pub async fn of_tenant(db: &Db, tenant_id: TenantId) -> Result<Option<Log>, sql::Error> {
    log(tenant_id, &db.query(Scope::Tenant(tenant_id), get_of_tenant(tenant_id)).await?)
}

/// Reads where the log of a tenant ends.
pub fn get_of_tenant(tenant_id: TenantId) -> Statement {
    Statement::new(GET_LOG, params![tenant_id])
}

/// The log of a tenant that was read; none when there is no such tenant.
pub fn log(tenant_id: TenantId, rows: &Rows) -> Result<Option<Log>, sql::Error> {
    let read = |row: &Row| {
        let (name, scope) = (tenant_id.to_string(), Scope::Tenant(tenant_id));
        Ok(Log { name, scope, size: size(row, "size")?, link: row.text("link")? })
    };
    rows.first().map(read).transpose()
}

/// The same log, as it is now.
pub async fn again(db: &Db, log: &Log) -> Result<Log, sql::Error> {
    let rows = db.query(log.scope, Statement::new(GET, params![&log.name])).await?;
    let Some(row) = rows.first() else { return Ok(Log { size: 0, link: String::new(), ..log.clone() }) };
    Ok(Log { size: size(row, "size")?, link: row.text("link")?, ..log.clone() })
}

/// The entries from one place to before another, as far as they are there.
pub async fn between(db: &Db, log: &Log, first: u64, before: u64) -> Result<Vec<Stored>, sql::Error> {
    read(Some(&db.query(log.scope, list_between(log, first, before)).await?))
}

/// Reads the same.
pub fn list_between(log: &Log, first: u64, before: u64) -> Statement {
    Statement::new(LIST_BY_PLACE, params![&log.name, number(first), number(before)])
}

/// Reads the same with what they are found by.
pub fn whole(log: &Log, first: u64, before: u64) -> Statement {
    Statement::new(LIST_WHOLE, params![&log.name, number(first), number(before)])
}

/// The place of the first entry of that time or later, as far as times grow with places. None where entries are missing.
pub async fn place_of(db: &Db, log: &Log, at: Timestamp) -> Result<Option<u64>, sql::Error> {
    let params = params![&log.name, number(log.size), at];
    let rows = db.query(log.scope, Statement::new(GET_PLACE, params)).await?;
    rows.first().map(|row| size(row, "place")).transpose()
}

/// Reads entries, newest first.
pub fn list(log: &Log, filter: &Filter, stretch: Stretch, rows: i64) -> Statement {
    let action = filter.action.map_or("", |action| action.as_str());
    let (id, kind) = match &filter.actor {
        Some(Actor::Id(id)) => (id.as_str(), ""),
        Some(Actor::Nameless(kind)) => ("", *kind),
        None => ("", ""),
    };
    let Stretch { first, before, from, to } = stretch;
    let params = params![&log.name, number(first), number(before), from, to, action, id, kind, rows];
    Statement::new(LIST, params)
}

/// The entries that were read.
pub fn read(rows: Option<&Rows>) -> Result<Vec<Stored>, sql::Error> {
    rows.into_iter().flatten().map(stored).collect()
}

/// The entries that were read, with what they are found by.
pub fn read_whole(rows: &Rows) -> Result<Vec<Whole>, sql::Error> {
    let read = |row: &Row| {
        Ok(Whole {
            stored: stored(row)?,
            at: row.time("at_ms")?,
            action: row.text("action")?,
            actor_id: row.text("actor_id")?,
        })
    };
    rows.iter().map(read).collect()
}

fn stored(row: &Row) -> Result<Stored, sql::Error> {
    Ok(Stored { seq: size(row, "seq")?, text: row.text("entry")?, link: row.text("link")? })
}

/// A number that is none less than nothing.
pub fn size(row: &Row, column: &str) -> Result<u64, sql::Error> {
    u64::try_from(row.integer(column)?).map_err(|_| sql::Error::Decode(column.to_owned()))
}

/// A number as the database has it.
pub fn number(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}
