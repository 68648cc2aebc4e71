//! A database file and the open connections to it.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use super::gate::WriterGate;
use super::guard::Guard;

/// How many unused connections are kept open.
const IDLE_CONNECTIONS: usize = 32;
/// How many statements each of them remembers.
const CACHED_STATEMENTS: usize = 256;
/// Pages are read where the file is mapped, without a call and a copy for each: a connection forgets those that it has
/// whenever another one writes. The log is emptied at the 1,000 pages that are SQLite's own choice: that waits for the
/// disk with the gate closed, but in a longer log each page is looked for among more of its older versions.
/// `busy_timeout` only matters when another process writes: inside this one the gate keeps order.
const SETTINGS: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; \
                        PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; \
                        PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 1073741824;";

/// A database in a file.
pub(crate) struct Database {
    pub(super) gate: WriterGate,
    path: PathBuf,
    /// The one table that the host itself keeps in it, and the statement that makes it.
    table: Option<(&'static str, &'static str)>,
    idle: Mutex<Idle>,
}

/// Unused connections. Who has the gate is given always the same one, if possible: nobody else writes, so what it knows
/// of the database stays true.
#[derive(Default)]
struct Idle {
    writer: Option<Open>,
    readers: Vec<Open>,
}

/// An open connection.
pub(super) struct Open {
    pub(super) connection: Connection,
    pub(super) guard: Guard,
}

/// Why a statement did not run.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// SQLite refused.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// Another writer took too long.
    #[error("database is locked")]
    Locked,
    /// More was selected than a component can be given.
    #[error("the result is larger than {0} bytes")]
    TooLarge(usize),
}

impl Database {
    /// A database that belongs to the components.
    pub(crate) fn new(path: PathBuf) -> Arc<Self> {
        Self::with_table(path, None)
    }

    /// A database that the host keeps one table in.
    pub(crate) fn with_table(path: PathBuf, table: Option<(&'static str, &'static str)>) -> Arc<Self> {
        Arc::new(Self { gate: WriterGate::default(), path, table, idle: Mutex::default() })
    }

    /// A connection for the one who has the gate, or for one who reads.
    pub(super) fn open(&self, to_write: bool) -> rusqlite::Result<Open> {
        let mut idle = self.idle();
        let unused = if to_write { idle.writer.take() } else { idle.readers.pop() };
        if let Some(open) = unused {
            return Ok(open);
        }
        // Under the lock: two that switch a new file to WAL at once would be in each other's way.
        make_private(&self.path);
        let mut connection = Connection::open(&self.path)?;
        connection.execute_batch(SETTINGS)?;
        if let Some((name, create)) = self.table
            && !connection.table_exists(None, name)?
        {
            connection.execute_batch(create)?;
        }
        connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
        // The plan of a cached statement doesn't depend on the values bound to it: otherwise SQLite prepares some
        // statements anew at each call, which costs more than running them.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        let guard = Guard::install(&mut connection)?;
        Ok(Open { connection, guard })
    }

    /// Takes a connection back as if it were new, or closes it.
    pub(super) fn give_back(&self, open: Open, to_write: bool) {
        open.guard.set_deadline(None);
        if !open.connection.is_autocommit() && open.connection.execute_batch("ROLLBACK").is_err() {
            return;
        }
        if open.guard.changed() {
            return;
        }
        let mut idle = self.idle();
        if to_write && idle.writer.is_none() {
            idle.writer = Some(open);
        } else if idle.readers.len() < IDLE_CONNECTIONS {
            idle.readers.push(open);
        }
    }

    fn idle(&self) -> MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes the file before SQLite does, so that only its owner can read it; SQLite gives the files
/// beside it the same mode. A file that is there already stays as it is.
fn make_private(path: &Path) {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // When it cannot be made, SQLite says why.
    drop(options.open(path));
}
