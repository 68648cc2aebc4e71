//! Batches on SQLite in this process, for unit tests: real statements on the real schema, without a host.

use std::cell::RefCell;
use std::rc::Rc;

use insula_migrations::{CREATE_LOG_SQLITE, NEWEST_DONE, STEPS};
use rusqlite::Connection;
use rusqlite::types::ValueRef;

use super::Error;
use super::append;
use super::explain::{self, Visit};
use super::row::{Row, Rows, Value};
use super::statement::{Param, Statement};

/// A database in memory, gone with its last clone.
#[derive(Clone, Debug)]
pub struct Memory(Rc<RefCell<Connection>>);

impl Memory {
    /// An empty database.
    ///
    /// # Errors
    ///
    /// [`Error::Unreachable`] when SQLite can't make one.
    pub fn empty() -> Result<Self, Error> {
        let connection = Connection::open_in_memory().map_err(unreachable)?;
        connection.execute_batch("pragma foreign_keys = on").map_err(unreachable)?;
        Ok(Self(Rc::new(RefCell::new(connection))))
    }

    /// A database with the newest schema.
    ///
    /// # Errors
    ///
    /// As [`Self::empty`], and whatever is wrong with a migration.
    pub fn migrated() -> Result<Self, Error> {
        let memory = Self::empty()?;
        memory.migrate(0)?;
        Ok(memory)
    }

    pub(super) fn batch(&self, statements: &[Statement]) -> Result<Vec<Rows>, Error> {
        let mut connection = self.0.borrow_mut();
        let transaction = connection.transaction().map_err(statement)?;
        let results = statements
            .iter()
            .enumerate()
            .map(|(at, one)| run(&transaction, one, at))
            .collect::<Result<_, _>>()?;
        transaction.commit().map_err(statement)?;
        Ok(results)
    }

    pub(super) fn explain(&self, statement: &Statement) -> Result<Vec<Visit>, Error> {
        explain::of_sqlite(&execute(&self.0.borrow(), &explain::sqlite(statement, 0), &statement.params)?)
    }

    pub(super) fn migrate(&self, at_ms: i64) -> Result<Vec<u32>, Error> {
        let connection = self.0.borrow();
        connection.execute_batch(CREATE_LOG_SQLITE).map_err(statement)?;
        drop(connection);
        let mut done = Vec::new();
        for step in STEPS {
            if self.schema()? >= step.number {
                continue;
            }
            let mut connection = self.0.borrow_mut();
            let transaction = connection.transaction().map_err(statement)?;
            for text in step.sqlite_statements() {
                transaction.execute_batch(text).map_err(statement)?;
            }
            transaction.execute_batch(&step.sqlite_record(at_ms)).map_err(statement)?;
            transaction.commit().map_err(statement)?;
            done.push(step.number);
        }
        Ok(done)
    }

    pub(super) fn schema(&self) -> Result<u32, Error> {
        self.0.borrow().query_row(NEWEST_DONE, [], |row| row.get(0)).map_err(statement)
    }
}

fn run(connection: &Connection, one: &Statement, at: usize) -> Result<Rows, Error> {
    let rows = match &one.append {
        Some(append) => append::run(append, |text, params| execute(connection, text, &params))?,
        None => execute(connection, one.text, &one.params)?,
    };
    if one.required && rows.is_empty() { Err(Error::Refused(at)) } else { Ok(rows) }
}

fn execute(connection: &Connection, text: &str, params: &[Param]) -> Result<Rows, Error> {
    let mut prepared = connection.prepare_cached(text).map_err(statement)?;
    let columns: Rc<[String]> = prepared.column_names().map(str::to_owned).collect();
    let params = rusqlite::params_from_iter(params.iter().map(value));
    let mut found = prepared.query(params).map_err(statement)?;
    let mut rows = Rows::new();
    while let Some(row) = found.next().map_err(statement)? {
        let values = (0..columns.len()).map(|index| row.get_ref(index).map(decode)).collect::<Result<_, _>>();
        rows.push(Row::new(Rc::clone(&columns), values.map_err(statement)?));
    }
    Ok(rows)
}

fn decode(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null | ValueRef::Blob(_) => Value::Null,
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Real(number) => Value::Real(number),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
    }
}

fn value(param: &Param) -> rusqlite::types::Value {
    match param {
        Param::Text(text) => text.clone().into(),
        Param::Integer(number) => (*number).into(),
        Param::Real(number) => (*number).into(),
    }
}

fn unreachable(error: rusqlite::Error) -> Error {
    Error::Unreachable(error.to_string())
}

fn statement(error: rusqlite::Error) -> Error {
    Error::Statement(error.to_string())
}
