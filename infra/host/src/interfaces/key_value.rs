//! `spin:key-value`: stores in SQLite files of their own.

use std::sync::Arc;

use rusqlite::types::{ToSqlOutput, ValueRef};
use wasmtime::component::{Accessor, FutureReader, Resource, StreamReader};

use super::Host;
use super::bindings::spin::key_value::key_value::{Error, Host as Interface, HostStore, HostStoreWithStore};
use crate::sqlite::{Connection, Failure, Rows};
use crate::worker::State;

/// The table of a store's file.
pub(crate) const TABLE: (&str, &str) =
    ("pair", "create table if not exists pair (key text primary key, value blob not null) without rowid");
const GET: &str = "select value from pair where key = ?1";
const SET: &str =
    "insert into pair (key, value) values (?1, ?2) on conflict do update set value = excluded.value";
const DELETE: &str = "delete from pair where key = ?1";
const EXISTS: &str = "select 1 from pair where key = ?1";
const KEYS: &str = "select key from pair order by key";

/// A component's hold on a store.
pub struct Store(Arc<Connection>);

type Answer<T> = wasmtime::Result<Result<T, Error>>;

/// A key or a value on its way in or out.
enum Piece {
    Text(String),
    Bytes(Vec<u8>),
}

impl Interface for State {}

impl HostStore for State {
    fn drop(&mut self, this: Resource<Store>) -> wasmtime::Result<()> {
        self.table.delete(this)?;
        Ok(())
    }
}

impl<T: Send> HostStoreWithStore<T> for Host {
    async fn open(store: &Accessor<T, Self>, label: String) -> Answer<Resource<Store>> {
        let opened = store.with(|mut access| {
            let state = access.get();
            let database = state.component().key_value_stores.get(&label).cloned();
            database.map(|database| Connection::open(database, state.activity.clone()))
        });
        match opened {
            None => Ok(Err(Error::AccessDenied)),
            Some(Err(failure)) => Ok(Err(failure.into())),
            Some(Ok(connection)) => {
                let opened = Store(Arc::new(connection));
                Ok(Ok(store.with(|mut access| access.get().table.push(opened))?))
            }
        }
    }

    async fn get(store: &Accessor<T, Self>, this: Resource<Store>, key: String) -> Answer<Option<Vec<u8>>> {
        let connection = connection(store, &this)?;
        let rows = execute(&connection, GET, vec![Piece::Text(key)]).await;
        Ok(rows.map(|rows| rows.into_iter().next().map(Piece::into_bytes)))
    }

    async fn set(
        store: &Accessor<T, Self>,
        this: Resource<Store>,
        key: String,
        value: Vec<u8>,
    ) -> Answer<()> {
        let connection = connection(store, &this)?;
        Ok(execute(&connection, SET, vec![Piece::Text(key), Piece::Bytes(value)]).await.map(drop))
    }

    async fn delete(store: &Accessor<T, Self>, this: Resource<Store>, key: String) -> Answer<()> {
        let connection = connection(store, &this)?;
        Ok(execute(&connection, DELETE, vec![Piece::Text(key)]).await.map(drop))
    }

    async fn exists(store: &Accessor<T, Self>, this: Resource<Store>, key: String) -> Answer<bool> {
        let connection = connection(store, &this)?;
        Ok(execute(&connection, EXISTS, vec![Piece::Text(key)]).await.map(|rows| !rows.is_empty()))
    }

    async fn get_keys(
        store: &Accessor<T, Self>,
        this: Resource<Store>,
    ) -> wasmtime::Result<(StreamReader<String>, FutureReader<Result<(), Error>>)> {
        let connection = connection(store, &this)?;
        let (keys, end) = match execute(&connection, KEYS, Vec::new()).await {
            Ok(rows) => (rows.into_iter().map(Piece::into_text).collect(), Ok(())),
            Err(error) => (Vec::new(), Err(error)),
        };
        store.with(|mut access| {
            let keys = StreamReader::new(&mut access, keys)?;
            let end = FutureReader::new(&mut access, async move { wasmtime::error::Ok(end) })?;
            Ok((keys, end))
        })
    }
}

fn connection<T: Send>(
    store: &Accessor<T, Host>,
    this: &Resource<Store>,
) -> wasmtime::Result<Arc<Connection>> {
    store.with(|mut access| Ok(access.get().table.get(this)?.0.clone()))
}

/// Runs a statement of at most one column.
async fn execute(connection: &Connection, sql: &str, values: Vec<Piece>) -> Result<Vec<Piece>, Error> {
    let Rows { rows, .. } = connection.execute::<_, Piece>(sql, values).await?;
    Ok(rows.into_iter().flatten().collect())
}

impl Piece {
    fn into_bytes(self) -> Vec<u8> {
        match self {
            Self::Text(text) => text.into_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }

    fn into_text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Bytes(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        }
    }
}

impl rusqlite::ToSql for Piece {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl From<ValueRef<'_>> for Piece {
    fn from(value: ValueRef<'_>) -> Self {
        match value {
            ValueRef::Text(text) => Self::Text(String::from_utf8_lossy(text).into_owned()),
            ValueRef::Blob(bytes) => Self::Bytes(bytes.to_vec()),
            ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Null => Self::Bytes(Vec::new()),
        }
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Self::Other(failure.to_string())
    }
}
