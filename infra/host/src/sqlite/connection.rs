//! A component's connection: statements, transactions, the gate.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::types::ValueRef;
use rusqlite::{ToSql, params_from_iter};

use super::database::{Database, Failure, Open};
use super::gate::Passage;
use crate::worker::Activity;

/// What one statement may return.
const RESULT_BYTES: usize = 64 << 20;

/// A connection from a pool; it goes back when dropped, with whatever was open rolled back.
pub(crate) struct Connection {
    database: Arc<Database>,
    activity: Arc<Activity>,
    inner: Mutex<Inner>,
}

struct Inner {
    // In this order: the transaction is over before the gate opens.
    open: Option<Open>,
    passage: Option<Passage>,
}

/// What a statement returned.
pub(crate) struct Rows<V> {
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<Vec<V>>,
}

impl Connection {
    pub(crate) fn open(database: Arc<Database>, activity: Arc<Activity>) -> Result<Self, Failure> {
        let inner = Mutex::new(Inner { open: Some(database.open()?), passage: None });
        Ok(Self { database, activity, inner })
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
        let Inner { open, passage } = &mut *inner;
        let open = open.as_ref().ok_or(Failure::Closed)?;
        open.guard.set_deadline(self.activity.request().map(|request| request.deadline));
        let result = run(open, sql, parameters);
        if open.connection.is_autocommit() {
            *passage = None;
        }
        result
    }

    /// The rowid of the last inserted row.
    pub(crate) fn last_insert_rowid(&self) -> i64 {
        self.inner().open.as_ref().map_or(0, |open| open.connection.last_insert_rowid())
    }

    /// The number of rows that the last statement changed.
    pub(crate) fn changes(&self) -> u64 {
        self.inner().open.as_ref().map_or(0, |open| open.connection.changes())
    }

    fn needs_gate(&self, sql: &str) -> Result<bool, Failure> {
        let inner = self.inner();
        if inner.passage.is_some() {
            return Ok(false);
        }
        let open = inner.open.as_ref().ok_or(Failure::Closed)?;
        // `BEGIN IMMEDIATE` counts as writing, `BEGIN` and `COMMIT` do not.
        Ok(!open.connection.prepare_cached(sql)?.readonly())
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let open = self.inner().open.take();
        if let Some(open) = open {
            self.database.give_back(open);
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
