//! Batches on Spin's SQLite: `BEGIN IMMEDIATE … COMMIT` on a connection of the batch's own.

use std::rc::Rc;

use insula_migrations::{CREATE_LOG_SQLITE, LOG_EXISTS_SQLITE, NEWEST_DONE, STEPS};

use super::Error;
use super::append;
use super::explain::{self, Visit};
use super::row::{Row, Rows, Value};
use super::statement::{Param, Statement};
use crate::bindings::spin::sqlite::sqlite::{self as host, Connection};

const DATABASE: &str = "default";

pub fn batch(statements: &[Statement]) -> Result<Vec<Rows>, Error> {
    let connection = open()?;
    if let [statement @ Statement { append: None, .. }] = statements {
        return Ok(vec![run(&connection, statement, 0)?]);
    }
    transaction(&connection, || {
        statements.iter().enumerate().map(|(at, statement)| run(&connection, statement, at)).collect()
    })
}

pub fn explain(statement: &Statement) -> Result<Vec<Visit>, Error> {
    let connection = open()?;
    let found = execute(&connection, explain::SQLITE_SCHEMA, Vec::new())?;
    let schema = found.first().map_or(Ok(0), |row| row.integer("version"))?;
    let params = statement.params.iter().map(value).collect();
    explain::of_sqlite(&execute(&connection, &explain::sqlite(statement, schema), params)?)
}

pub fn migrate(at_ms: i64) -> Result<Vec<u32>, Error> {
    let connection = open()?;
    execute(&connection, CREATE_LOG_SQLITE, Vec::new())?;
    let mut done = Vec::new();
    for step in STEPS {
        let applied = transaction(&connection, || {
            if newest(&connection)? >= step.number {
                return Ok(false);
            }
            for text in step.sqlite_statements() {
                execute(&connection, text, Vec::new())?;
            }
            execute(&connection, &step.sqlite_record(at_ms), Vec::new())?;
            Ok(true)
        })?;
        if applied {
            done.push(step.number);
        }
    }
    Ok(done)
}

pub fn schema() -> Result<u32, Error> {
    let connection = open()?;
    let found = execute(&connection, LOG_EXISTS_SQLITE, Vec::new())?;
    // Nothing is made here: who asks must not wait for a writer.
    let exists = found.first().map_or(Ok(0), |row| row.integer("found"))? == 1;
    if exists { newest(&connection) } else { Ok(0) }
}

fn newest(connection: &Connection) -> Result<u32, Error> {
    let rows = execute(connection, NEWEST_DONE, Vec::new())?;
    let number = rows.first().map_or(Ok(0), |row| row.integer("number"))?;
    Ok(u32::try_from(number).unwrap_or_default())
}

/// Runs `body` inside a transaction. When `body` fails everything is undone; should even that fail, the connection
/// ends with this function and takes the transaction with it.
fn transaction<T>(connection: &Connection, body: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    execute(connection, "begin immediate", Vec::new())?;
    let result = body().and_then(|value| execute(connection, "commit", Vec::new()).map(|_| value));
    if result.is_err() {
        let _ = execute(connection, "rollback", Vec::new());
    }
    result
}

fn open() -> Result<Connection, Error> {
    Connection::open(DATABASE).map_err(failure)
}

fn run(connection: &Connection, statement: &Statement, at: usize) -> Result<Rows, Error> {
    let run = |text: &str, params: &[Param]| execute(connection, text, params.iter().map(value).collect());
    let rows = match &statement.append {
        Some(append) => append::run(append, |text, params| run(text, &params))?,
        None => run(statement.text, &statement.params)?,
    };
    if statement.required && rows.is_empty() { Err(Error::Refused(at)) } else { Ok(rows) }
}

fn execute(connection: &Connection, text: &str, params: Vec<host::Value>) -> Result<Rows, Error> {
    let result = connection.execute(text, &params).map_err(failure)?;
    let columns: Rc<[String]> = result.columns.into();
    Ok(result.rows.into_iter().map(|row| decode(&columns, row.values)).collect())
}

fn decode(columns: &Rc<[String]>, values: Vec<host::Value>) -> Row {
    let values = values.into_iter().map(|value| match value {
        host::Value::Integer(number) => Value::Integer(number),
        host::Value::Real(number) => Value::Real(number),
        host::Value::Text(text) => Value::Text(text),
        host::Value::Blob(_) | host::Value::Null => Value::Null,
    });
    Row::new(Rc::clone(columns), values.collect())
}

fn value(param: &Param) -> host::Value {
    match param {
        Param::Text(text) => text.clone().map_or(host::Value::Null, host::Value::Text),
        Param::Integer(number) => number.map_or(host::Value::Null, host::Value::Integer),
        Param::Real(number) => number.map_or(host::Value::Null, host::Value::Real),
    }
}

fn failure(error: host::Error) -> Error {
    match error {
        // Spin gives SQLite's failures as text only; which of them are worth another try is told by SQLite's own
        // words for SQLITE_BUSY and SQLITE_LOCKED, the one place where text is looked at.
        host::Error::Io(text)
            if text.contains("database is locked") || text.contains("database table is locked") =>
        {
            Error::Busy
        }
        host::Error::Io(text) => Error::Statement(text),
        host::Error::NoSuchDatabase => Error::Unreachable("no such database".to_owned()),
        host::Error::AccessDenied => Error::Unreachable("the component may not open the database".to_owned()),
        host::Error::InvalidConnection => Error::Unreachable("invalid connection".to_owned()),
        host::Error::DatabaseFull => Error::Unreachable("the database is full".to_owned()),
    }
}
