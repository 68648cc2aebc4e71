//! `spin:sqlite`: the databases that the component's manifest entry names.

use std::sync::Arc;

use rusqlite::types::{ToSqlOutput, ValueRef};
use wasmtime::component::{Accessor, FutureReader, Resource, StreamReader};

use super::Host;
use super::bindings::spin::sqlite::sqlite::{
    Error, Host as Interface, HostConnection, HostConnectionWithStore, QueryResult, RowResult, Value,
};
use crate::sqlite::{Connection, Failure, Rows};
use crate::worker::State;

/// A component's hold on a connection.
pub struct Handle(Arc<Connection>);

type Answer<T> = wasmtime::Result<Result<T, Error>>;
type Async = (Vec<String>, StreamReader<RowResult>, FutureReader<Result<(), Error>>);

impl Interface for State {}

impl State {
    fn open_sqlite(&mut self, label: &str) -> Answer<Resource<Handle>> {
        let Some(database) = self.component().sqlite_databases.get(label).cloned() else {
            return Ok(Err(Error::AccessDenied));
        };
        match Connection::open(database, self.activity.clone()) {
            Ok(connection) => Ok(Ok(self.table.push(Handle(Arc::new(connection)))?)),
            Err(failure) => Ok(Err(failure.into())),
        }
    }

    fn sqlite(&self, handle: &Resource<Handle>) -> wasmtime::Result<Arc<Connection>> {
        Ok(self.table.get(handle)?.0.clone())
    }
}

impl HostConnection for State {
    async fn open(&mut self, label: String) -> Answer<Resource<Handle>> {
        self.open_sqlite(&label)
    }

    async fn execute(
        &mut self,
        this: Resource<Handle>,
        sql: String,
        values: Vec<Value>,
    ) -> Answer<QueryResult> {
        let connection = self.sqlite(&this)?;
        let result = connection.execute(&sql, values).await;
        Ok(result
            .map(|Rows { columns, rows }| QueryResult { columns, rows: wrap(rows) })
            .map_err(Error::from))
    }

    fn last_insert_rowid(&mut self, this: Resource<Handle>) -> wasmtime::Result<i64> {
        Ok(self.sqlite(&this)?.last_insert_rowid())
    }

    fn changes(&mut self, this: Resource<Handle>) -> wasmtime::Result<u64> {
        Ok(self.sqlite(&this)?.changes())
    }

    fn drop(&mut self, this: Resource<Handle>) -> wasmtime::Result<()> {
        self.table.delete(this)?;
        Ok(())
    }
}

impl<T: Send> HostConnectionWithStore<T> for Host {
    async fn open_async(store: &Accessor<T, Self>, label: String) -> Answer<Resource<Handle>> {
        store.with(|mut access| access.get().open_sqlite(&label))
    }

    async fn execute_async(
        store: &Accessor<T, Self>,
        this: Resource<Handle>,
        sql: String,
        values: Vec<Value>,
    ) -> Answer<Async> {
        let connection = store.with(|mut access| access.get().sqlite(&this))?;
        match connection.execute(&sql, values).await {
            Err(failure) => Ok(Err(failure.into())),
            Ok(Rows { columns, rows }) => store.with(|mut access| {
                let rows = StreamReader::new(&mut access, wrap(rows))?;
                let end = FutureReader::new(&mut access, async { wasmtime::error::Ok(Ok(())) })?;
                Ok(Ok((columns, rows, end)))
            }),
        }
    }

    async fn last_insert_rowid_async(
        store: &Accessor<T, Self>,
        this: Resource<Handle>,
    ) -> wasmtime::Result<i64> {
        Ok(store.with(|mut access| access.get().sqlite(&this))?.last_insert_rowid())
    }

    async fn changes_async(store: &Accessor<T, Self>, this: Resource<Handle>) -> wasmtime::Result<u64> {
        Ok(store.with(|mut access| access.get().sqlite(&this))?.changes())
    }
}

fn wrap(rows: Vec<Vec<Value>>) -> Vec<RowResult> {
    rows.into_iter().map(|values| RowResult { values }).collect()
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Integer(number) => ValueRef::Integer(*number),
            Self::Real(number) => ValueRef::Real(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
            Self::Null => ValueRef::Null,
        }))
    }
}

impl From<ValueRef<'_>> for Value {
    fn from(value: ValueRef<'_>) -> Self {
        match value {
            ValueRef::Null => Self::Null,
            ValueRef::Integer(number) => Self::Integer(number),
            ValueRef::Real(number) => Self::Real(number),
            ValueRef::Text(text) => Self::Text(String::from_utf8_lossy(text).into_owned()),
            ValueRef::Blob(bytes) => Self::Blob(bytes.to_vec()),
        }
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Sqlite(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull) => {
                Self::DatabaseFull
            }
            other @ (Failure::Sqlite(_) | Failure::Locked | Failure::TooLarge(_)) => {
                Self::Io(other.to_string())
            }
        }
    }
}
