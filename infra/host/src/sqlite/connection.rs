//! A component's connection: statements, transactions, the gate.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::types::ValueRef;
use rusqlite::{ToSql, params_from_iter};

use super::database::{Database, Failure, Open};
use super::gate::Passage;
use crate::worker::Activity;

/// What one statement may return.
const RESULT_BYTES: usize = 64 << 20;

/// A component's connection. Behind it stands an open one only while a statement runs, a transaction is open, or
/// something was changed that belongs to the connection: so few are open at once however many components wait, and
/// those few know the database's pages. What is left open when it is dropped is rolled back.
pub(crate) struct Connection {
    database: Arc<Database>,
    activity: Arc<Activity>,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    // In this order: the transaction is over before the gate opens.
    pinned: Option<Open>,
    passage: Option<Passage>,
    last_insert_rowid: i64,
    changes: u64,
}

/// What a statement returned.
pub(crate) struct Rows<V> {
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<Vec<V>>,
}

impl Connection {
    pub(crate) fn open(database: Arc<Database>, activity: Arc<Activity>) -> Result<Self, Failure> {
        let connection = Self { database, activity, inner: Mutex::default() };
        // Whether there is a database is told now.
        let mut inner = connection.inner();
        let open = inner.take(&connection.database)?;
        inner.settle(&connection.database, open);
        drop(inner);
        Ok(connection)
    }

    /// Runs one statement. Whoever is going to write waits here for the gate, and keeps it to the
    /// end of the transaction.
    pub(crate) async fn execute<P: ToSql, V: for<'v> From<ValueRef<'v>>>(
        &self,
        sql: &str,
        parameters: Vec<P>,
    ) -> Result<Rows<V>, Failure> {
        if self.needs_gate(sql)? {
            let passage = self.database.gate.pass(self.activity.clone()).await.ok_or(Failure::Locked)?;
            self.inner().passage = Some(passage);
        }
        let mut inner = self.inner();
        let open = inner.take(&self.database)?;
        open.guard.set_deadline(self.activity.request().map(|request| request.deadline));
        let result = run(&open, sql, parameters);
        inner.last_insert_rowid = open.connection.last_insert_rowid();
        inner.changes = open.connection.changes();
        inner.settle(&self.database, open);
        result
    }

    /// The rowid of the last inserted row.
    pub(crate) fn last_insert_rowid(&self) -> i64 {
        self.inner().last_insert_rowid
    }

    /// The number of rows that the last statement changed.
    pub(crate) fn changes(&self) -> u64 {
        self.inner().changes
    }

    fn needs_gate(&self, sql: &str) -> Result<bool, Failure> {
        let mut inner = self.inner();
        if inner.passage.is_some() {
            return Ok(false);
        }
        let open = inner.take(&self.database)?;
        // `BEGIN IMMEDIATE` counts as writing, `BEGIN` and `COMMIT` do not.
        let reads = open.connection.prepare_cached(sql).map(|statement| statement.readonly());
        inner.settle(&self.database, open);
        Ok(!reads?)
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn take(&mut self, database: &Database) -> Result<Open, Failure> {
        match self.pinned.take() {
            Some(open) => Ok(open),
            None => Ok(database.open(self.passage.is_some())?),
        }
    }

    /// Gives the open connection and the gate back, unless something is still under way on them.
    fn settle(&mut self, database: &Database, open: Open) {
        let over = open.connection.is_autocommit();
        if over && !open.guard.changed() {
            database.give_back(open, self.passage.is_some());
        } else {
            self.pinned = Some(open);
        }
        if over {
            self.passage = None;
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let mut inner = self.inner();
        if let Some(open) = inner.pinned.take() {
            self.database.give_back(open, inner.passage.is_some());
        }
    }
}

fn run<P: ToSql, V: for<'v> From<ValueRef<'v>>>(
    open: &Open,
    sql: &str,
    parameters: Vec<P>,
) -> Result<Rows<V>, Failure> {
    let mut statement = open.connection.prepare_cached(sql)?;
    let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let width = columns.len();
    let mut found = statement.query(params_from_iter(parameters))?;
    let mut rows = Vec::new();
    let mut bytes = 0;
    while let Some(row) = found.next()? {
        let mut values = Vec::with_capacity(width);
        for index in 0..width {
            let value = row.get_ref(index)?;
            bytes += size(value);
            values.push(V::from(value));
        }
        if bytes > RESULT_BYTES {
            return Err(Failure::TooLarge(RESULT_BYTES));
        }
        rows.push(values);
    }
    Ok(Rows { columns, rows })
}

fn size(value: ValueRef<'_>) -> usize {
    match value {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => 16 + bytes.len(),
        ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) => 16,
    }
}
