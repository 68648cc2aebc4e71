//! `spin:postgres`: databases at the addresses that the component's manifest entry allows.
#![expect(clippy::result_large_err, reason = "the interface's error is as large as it is")]

mod errors;
mod numeric;
mod parameter;
mod ranges;
mod value;

use std::sync::Arc;

use futures::StreamExt;
use tokio::sync::oneshot;
use tokio_postgres::Row;
use wasmtime::component::{Accessor, FutureReader, Resource, StreamReader};

use super::Host;
use super::bindings::spin::postgres::postgres::{
    Column, DbValue, Error, Host as Interface, HostConnection, HostConnectionBuilder,
    HostConnectionBuilderWithStore, HostConnectionWithStore, ParameterValue, RowSet,
};
use super::stream::RowProducer;
use crate::app::ComponentState;
use crate::postgres::{Connection, Found};
use crate::worker::State;
use parameter::Parameter;

/// A component's hold on a connection.
pub struct Handle(Arc<Connection>);

/// A connection that is yet to be made.
#[derive(Clone)]
pub struct Builder {
    address: String,
    ca_root: Option<String>,
}

type Answer<T> = wasmtime::Result<Result<T, Error>>;
type Rows = (Vec<Column>, StreamReader<Vec<DbValue>>, FutureReader<Result<(), Error>>);

async fn connect(component: Arc<ComponentState>, builder: Builder) -> Result<Arc<Connection>, Error> {
    let ca_root = builder.ca_root.as_deref();
    Ok(component.postgres.connect(&builder.address, ca_root, &component.hosts).await?)
}

async fn find(connection: &Arc<Connection>, sql: &str, values: Vec<ParameterValue>) -> Result<Found, Error> {
    let parameters: Vec<Parameter> = values.into_iter().map(Parameter).collect();
    connection.query(sql, &parameters).await?.ok_or_else(errors::closed)
}

async fn execute(connection: &Arc<Connection>, sql: &str, values: Vec<ParameterValue>) -> Result<u64, Error> {
    let parameters: Vec<Parameter> = values.into_iter().map(Parameter).collect();
    connection.execute(sql, &parameters).await?.ok_or_else(errors::closed)
}

async fn collect(found: Found) -> Result<RowSet, Error> {
    let columns = value::columns(&found.statement);
    let mut rows = Vec::with_capacity(found.first.len());
    for row in &found.first {
        rows.push(value::row(row)?);
    }
    if let Some(mut rest) = found.rest? {
        while let Some(row) = rest.next().await {
            rows.push(value::row(&row?)?);
        }
    }
    Ok(RowSet { columns, rows })
}

impl Interface for State {}

impl State {
    fn postgres(&self, handle: &Resource<Handle>) -> wasmtime::Result<Arc<Connection>> {
        Ok(self.table.get(handle)?.0.clone())
    }

    fn keep(&mut self, connection: Result<Arc<Connection>, Error>) -> Answer<Resource<Handle>> {
        match connection {
            Ok(connection) => Ok(Ok(self.table.push(Handle(connection))?)),
            Err(error) => Ok(Err(error)),
        }
    }
}

impl HostConnection for State {
    async fn open(&mut self, address: String) -> Answer<Resource<Handle>> {
        let connection = connect(self.component().clone(), Builder { address, ca_root: None }).await;
        self.keep(connection)
    }

    async fn query(
        &mut self,
        this: Resource<Handle>,
        sql: String,
        values: Vec<ParameterValue>,
    ) -> Answer<RowSet> {
        let connection = self.postgres(&this)?;
        match find(&connection, &sql, values).await {
            Ok(found) => Ok(collect(found).await),
            Err(error) => Ok(Err(error)),
        }
    }

    async fn execute(
        &mut self,
        this: Resource<Handle>,
        sql: String,
        values: Vec<ParameterValue>,
    ) -> Answer<u64> {
        let connection = self.postgres(&this)?;
        Ok(execute(&connection, &sql, values).await)
    }

    fn drop(&mut self, this: Resource<Handle>) -> wasmtime::Result<()> {
        self.table.delete(this)?;
        Ok(())
    }
}

impl<T: Send> HostConnectionWithStore<T> for Host {
    async fn open_async(store: &Accessor<T, Self>, address: String) -> Answer<Resource<Handle>> {
        let component = store.with(|mut access| access.get().component().clone());
        let connection = connect(component, Builder { address, ca_root: None }).await;
        store.with(|mut access| access.get().keep(connection))
    }

    async fn query_async(
        store: &Accessor<T, Self>,
        this: Resource<Handle>,
        sql: String,
        values: Vec<ParameterValue>,
    ) -> Answer<Rows> {
        let connection = store.with(|mut access| access.get().postgres(&this))?;
        let found = match find(&connection, &sql, values).await {
            Ok(found) => found,
            Err(error) => return Ok(Err(error)),
        };
        let columns = value::columns(&found.statement);
        let complete = match found.rest {
            Ok(Some(rest)) => {
                let rows = futures::stream::iter(found.first).map(Ok).chain(rest).map(read);
                return store.with(|mut access| {
                    let (sender, end) = oneshot::channel();
                    let rows = StreamReader::new(&mut access, RowProducer::new(rows, sender))?;
                    Ok(Ok((columns, rows, FutureReader::new(&mut access, end)?)))
                });
            }
            Ok(None) => Ok(()),
            Err(error) => Err(Error::from(error)),
        };
        let (rows, end) = up_to_error(&found.first, complete);
        store.with(|mut access| {
            let rows = StreamReader::new(&mut access, rows)?;
            let end = FutureReader::new(&mut access, async move { wasmtime::error::Ok(end) })?;
            Ok(Ok((columns, rows, end)))
        })
    }

    async fn execute_async(
        store: &Accessor<T, Self>,
        this: Resource<Handle>,
        sql: String,
        values: Vec<ParameterValue>,
    ) -> Answer<u64> {
        let connection = store.with(|mut access| access.get().postgres(&this))?;
        Ok(execute(&connection, &sql, values).await)
    }
}

fn read(row: Result<Row, tokio_postgres::Error>) -> Result<Vec<DbValue>, Error> {
    Ok(value::row(&row?)?)
}

/// The rows before the first one that cannot be read, and how they ended.
fn up_to_error(rows: &[Row], end: Result<(), Error>) -> (Vec<Vec<DbValue>>, Result<(), Error>) {
    let mut good = Vec::with_capacity(rows.len());
    for row in rows {
        match value::row(row) {
            Ok(values) => good.push(values),
            Err(error) => return (good, Err(error.into())),
        }
    }
    (good, end)
}

impl HostConnectionBuilder for State {
    fn new(&mut self, address: String) -> wasmtime::Result<Resource<Builder>> {
        Ok(self.table.push(Builder { address, ca_root: None })?)
    }

    fn set_ca_root(&mut self, this: Resource<Builder>, certificate: String) -> Answer<()> {
        self.table.get_mut(&this)?.ca_root = Some(certificate);
        Ok(Ok(()))
    }

    async fn build(&mut self, this: Resource<Builder>) -> Answer<Resource<Handle>> {
        let builder = self.table.get(&this)?.clone();
        let connection = connect(self.component().clone(), builder).await;
        self.keep(connection)
    }

    fn drop(&mut self, this: Resource<Builder>) -> wasmtime::Result<()> {
        self.table.delete(this)?;
        Ok(())
    }
}

impl<T: Send> HostConnectionBuilderWithStore<T> for Host {
    async fn build_async(store: &Accessor<T, Self>, this: Resource<Builder>) -> Answer<Resource<Handle>> {
        let (component, builder) = store.with(|mut access| {
            let state = access.get();
            wasmtime::error::Ok((state.component().clone(), state.table.get(&this)?.clone()))
        })?;
        let connection = connect(component, builder).await;
        store.with(|mut access| access.get().keep(connection))
    }
}
