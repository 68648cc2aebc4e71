//! Batches on PostgreSQL: one call of the function `insula_batch_3`, which a migration makes.

pub mod own;

use std::rc::Rc;

use insula_migrations::{
    ADD_TENANT_STEP, CREATE_LOG_POSTGRES, LOG_EXISTS_POSTGRES, MIGRATE_SCHEMAS, NEWEST_DONE, SCHEMAS_BEHIND,
    STEPS, TENANT_STEPS, TenantStep,
};
use serde::Deserialize;
use serde_json::Value as Json;

use super::explain::{self, Visit};
use super::numbering::{argument, place};
use super::row::{Row, Rows, Value};
use super::statement::{Param, Statement};
use super::{Error, Schemas, Scope};
use crate::bindings::spin::postgres::postgres::{self as host, Connection, DbValue, ParameterValue};
use crate::params;

const BATCH: &str = "select insula_batch_3($1, $2, $3, $4, $5)::text as results";

const EXPLAIN: &str = "select insula_explain($1, $2, $3, $4)::text as plan";

/// What a statement is to `insula_batch_3`.
const PLAIN: i32 = 0;
/// One on the tenant's product data, run where they are.
const PRODUCT: i32 = 1;
/// An entry of the log.
const ENTRY: i32 = 2;

/// What `insula_explain` returns.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Explained {
    Plan(Json),
    Failed(String),
}

/// What `insula_batch_3` returns.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Results(Vec<Vec<serde_json::Map<String, Json>>>),
    Refused(usize),
    Failed(String),
}

pub fn batch(address: &str, scope: Scope, statements: &[Statement]) -> Result<Vec<Rows>, Error> {
    let (mut texts, mut arguments) = (Vec::new(), Vec::new());
    let (mut required, mut kinds) = (Vec::new(), Vec::new());
    for statement in statements {
        let (kind, text) = match statement {
            // The function calls the other one itself, with the arguments from there on.
            Statement { append: Some(_), .. } => (ENTRY, (arguments.len() + 1).to_string()),
            Statement { product: true, .. } => (PRODUCT, placed(statement, arguments.len())),
            _ => (PLAIN, placed(statement, arguments.len())),
        };
        texts.push(Some(text));
        arguments.extend(statement.params.iter().map(argument));
        required.push(Some(i32::from(statement.required)));
        kinds.push(Some(kind));
    }
    let params = vec![
        ParameterValue::Str(scope.to_text()),
        ParameterValue::ArrayStr(texts),
        ParameterValue::ArrayStr(arguments),
        ParameterValue::ArrayInt32(required),
        ParameterValue::ArrayInt32(kinds),
    ];
    results(&text(&run(&open(address)?, BATCH, &params)?, "results")?)
}

/// Reads what the database says of a batch.
fn results(text: &str) -> Result<Vec<Rows>, Error> {
    match serde_json::from_str(text).map_err(|_| Error::Decode("results".to_owned()))? {
        Outcome::Results(results) => {
            Ok(results.into_iter().map(|rows| rows.into_iter().map(from_json).collect()).collect())
        }
        Outcome::Refused(place) => Err(Error::Refused(place)),
        Outcome::Failed(code) => Err(from_sqlstate(&code)),
    }
}

fn placed(statement: &Statement, offset: usize) -> String {
    place(statement.text, &statement.params, offset)
}

pub fn explain(address: &str, scope: Scope, statement: &Statement) -> Result<Vec<Visit>, Error> {
    let params = vec![
        ParameterValue::Str(scope.to_text()),
        ParameterValue::Str(place(statement.text, &statement.params, 0)),
        ParameterValue::ArrayStr(statement.params.iter().map(argument).collect()),
        ParameterValue::Int32(i32::from(statement.product)),
    ];
    plan(&text(&run(&open(address)?, EXPLAIN, &params)?, "plan")?)
}

/// The one text that a function answers.
fn text(rows: &Rows, column: &str) -> Result<String, Error> {
    rows.first().ok_or_else(|| Error::Decode(column.to_owned()))?.text(column)
}

fn plan(text: &str) -> Result<Vec<Visit>, Error> {
    match serde_json::from_str(text).map_err(|_| Error::Decode("plan".to_owned()))? {
        Explained::Plan(plan) => Ok(explain::of_postgres(&plan)),
        Explained::Failed(code) => Err(from_sqlstate(&code)),
    }
}

pub fn query(address: &str, text: &str, params: &[Param]) -> Result<Rows, Error> {
    let params: Vec<ParameterValue> = params.iter().map(value).collect();
    run(&open(address)?, text, &params)
}

/// Runs a statement that returns no rows.
pub fn run_alone(address: &str, text: &str) -> Result<(), Error> {
    execute(&open(address)?, text, &[])
}

pub fn migrate(address: &str, at_ms: i64) -> Result<Vec<u32>, Error> {
    let connection = open(address)?;
    execute(&connection, CREATE_LOG_POSTGRES, &[])?;
    let mut done = Vec::new();
    for step in STEPS {
        if newest(&connection)? >= step.number {
            continue;
        }
        execute(&connection, &step.postgres_statement(at_ms), &[])?;
        done.push(step.number);
    }
    for TenantStep { number, name, statements } in TENANT_STEPS {
        let params = params![i64::from(*number), *name, *statements];
        execute(&connection, ADD_TENANT_STEP, &params.iter().map(value).collect::<Vec<_>>())?;
    }
    Ok(done)
}

pub fn migrate_schemas(address: &str, after: &str, most: i64) -> Result<Schemas, Error> {
    let params = params![after, most];
    let rows = run(&open(address)?, MIGRATE_SCHEMAS, &params.iter().map(value).collect::<Vec<_>>())?;
    let row = rows.first().ok_or_else(|| Error::Decode("last".to_owned()))?;
    Ok(Schemas { last: row.optional_text("last")?, done: row.integer("done")?, busy: row.integer("busy")? })
}

pub fn schemas_behind(address: &str) -> Result<i64, Error> {
    let rows = run(&open(address)?, SCHEMAS_BEHIND, &[])?;
    rows.first().map_or(Ok(0), |row| row.integer("behind"))
}

pub fn schema(address: &str) -> Result<u32, Error> {
    let connection = open(address)?;
    let found = run(&connection, LOG_EXISTS_POSTGRES, &[])?;
    let exists = found.first().map_or(Ok(0), |row| row.integer("found"))? == 1;
    if exists { newest(&connection) } else { Ok(0) }
}

fn newest(connection: &Connection) -> Result<u32, Error> {
    let rows = run(connection, NEWEST_DONE, &[])?;
    let number = rows.first().map_or(Ok(0), |row| row.integer("number"))?;
    Ok(u32::try_from(number).unwrap_or_default())
}

fn open(address: &str) -> Result<Connection, Error> {
    Connection::open(address).map_err(failure)
}

fn execute(connection: &Connection, text: &str, params: &[ParameterValue]) -> Result<(), Error> {
    connection.execute(text, params).map(|_rows_changed| ()).map_err(failure)
}

/// Not for a statement that may have no row: for that one, the `query` of some versions of Spin never returns.
fn run(connection: &Connection, text: &str, params: &[ParameterValue]) -> Result<Rows, Error> {
    let set = connection.query(text, params).map_err(failure)?;
    let columns: Rc<[String]> = set.columns.into_iter().map(|column| column.name).collect();
    set.rows.into_iter().map(|values| decode(&columns, values)).collect()
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the host's other types are not in our schema")]
fn decode(columns: &Rc<[String]>, values: Vec<DbValue>) -> Result<Row, Error> {
    let values = values.into_iter().zip(columns.iter()).map(|(value, column)| match value {
        DbValue::DbNull => Ok(Value::Null),
        DbValue::Str(text) => Ok(Value::Text(text)),
        DbValue::Int64(number) => Ok(Value::Integer(number)),
        DbValue::Int32(number) => Ok(Value::Integer(number.into())),
        DbValue::Int16(number) => Ok(Value::Integer(number.into())),
        DbValue::Floating64(number) => Ok(Value::Real(number)),
        DbValue::Boolean(truth) => Ok(Value::Integer(truth.into())),
        _ => Err(Error::Decode(column.clone())),
    });
    Ok(Row::new(Rc::clone(columns), values.collect::<Result<_, _>>()?))
}

fn from_json(object: serde_json::Map<String, Json>) -> Row {
    let (columns, values): (Vec<String>, Vec<Value>) = object
        .into_iter()
        .map(|(column, value)| {
            let value = match value {
                Json::Null => Value::Null,
                Json::Bool(truth) => Value::Integer(truth.into()),
                Json::Number(number) => number
                    .as_i64()
                    .map(Value::Integer)
                    .or_else(|| number.as_f64().map(Value::Real))
                    .unwrap_or(Value::Null),
                Json::String(text) => Value::Text(text),
                other @ (Json::Array(_) | Json::Object(_)) => Value::Text(other.to_string()),
            };
            (column, value)
        })
        .unzip();
    Row::new(columns.into(), values)
}

fn value(param: &Param) -> ParameterValue {
    match param {
        Param::Text(text) => text.clone().map_or(ParameterValue::DbNull, ParameterValue::Str),
        Param::Integer(number) => number.map_or(ParameterValue::DbNull, ParameterValue::Int64),
        Param::Real(number) => number.map_or(ParameterValue::DbNull, ParameterValue::Floating64),
    }
}

fn failure(error: host::Error) -> Error {
    match error {
        host::Error::ConnectionFailed(text) => Error::Unreachable(text),
        // Not the message: PostgreSQL repeats values of the statement in it.
        host::Error::QueryFailed(host::QueryError::DbError(error)) => from_sqlstate(&error.code),
        host::Error::QueryFailed(host::QueryError::Text(_)) => {
            Error::Unreachable("the connection was lost".to_owned())
        }
        host::Error::BadParameter(_) | host::Error::ValueConversionFailed(_) | host::Error::Other(_) => {
            Error::Statement("a value could not be passed".to_owned())
        }
    }
}

fn from_sqlstate(code: &str) -> Error {
    match code {
        // serialization_failure, deadlock_detected, lock_not_available, query_canceled, too_many_connections
        "40001" | "40P01" | "55P03" | "57014" | "53300" => Error::Busy,
        "IN006" => Error::Elsewhere,
        // admin_shutdown, crash_shutdown, cannot_connect_now
        "57P01" | "57P02" | "57P03" => Error::Unreachable(code.to_owned()),
        _ if is_sqlstate(code) => Error::Statement(format!("SQLSTATE {code}")),
        // Nothing that a tenant's own server makes up gets into a log.
        _ => Error::Statement("no SQLSTATE".to_owned()),
    }
}

fn is_sqlstate(code: &str) -> bool {
    code.len() == 5 && code.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
}
