//! `spin:postgres`: databases at the addresses that the component's manifest entry allows.
#![expect(clippy::result_large_err, reason = "the interface's error is as large as it is")]

mod errors;
mod numeric;
mod parameter;
mod ranges;
mod value;

use std::sync::Arc;
use std::time::Duration;

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

/// How long a statement may take on a server that the component was told of while it ran. Those of the application's own
/// configuration are the operator's, and may take as long as the request.
const STRANGERS_TIME: Duration = Duration::from_secs(10);

/// How much one result may have that is given as a whole: it is held by the host, which all components share, and may come from
/// a server of somebody else's.
const RESULT_BYTES: usize = 64 << 20;

/// A component's hold on a connection.
#[derive(Clone)]
pub struct Handle {
    connection: Arc<Connection>,
    time: Option<Duration>,
}

/// A connection that is yet to be made.
#[derive(Clone)]
pub struct Builder {
    address: String,
    ca_root: Option<String>,
}

type Answer<T> = wasmtime::Result<Result<T, Error>>;
type Rows = (Vec<Column>, StreamReader<Vec<DbValue>>, FutureReader<Result<(), Error>>);

async fn connect(component: Arc<ComponentState>, builder: Builder) -> Result<Handle, Error> {
    let ca_root = builder.ca_root.as_deref();
    let connection = component.postgres.connect(&builder.address, ca_root, &component.hosts).await?;
    let is_configured = component.variables.values().any(|value| *value == builder.address);
    Ok(Handle { connection, time: (!is_configured).then_some(STRANGERS_TIME) })
}

impl Handle {
    async fn find(&self, sql: &str, values: Vec<ParameterValue>) -> Result<Found, Error> {
        let parameters: Vec<Parameter> = values.into_iter().map(Parameter).collect();
        self.connection.query(sql, &parameters).await?.ok_or_else(errors::closed)
    }

    async fn execute(&self, sql: &str, values: Vec<ParameterValue>) -> Result<u64, Error> {
        let parameters: Vec<Parameter> = values.into_iter().map(Parameter).collect();
        self.within(async { self.connection.execute(sql, &parameters).await?.ok_or_else(errors::closed) })
            .await
    }

    /// Gives up on a server that takes too long; the connection is then closed.
    async fn within<T>(&self, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        match self.time {
            None => work.await,
            Some(time) => tokio::time::timeout(time, work).await.unwrap_or_else(|_| Err(errors::silent())),
        }
    }
}

async fn collect(found: Found) -> Result<RowSet, Error> {
    let columns = value::columns(&found.statement);
    let mut rows = Vec::with_capacity(found.first.len());
    let mut left = RESULT_BYTES;
    let mut read = |row: &Row| {
        left = left.checked_sub(row.raw_size_bytes()).ok_or_else(|| errors::too_large(RESULT_BYTES))?;
        rows.push(value::row(row)?);
        Ok::<_, Error>(())
    };
    found.first.iter().try_for_each(&mut read)?;
    if let Some(mut rest) = found.rest? {
        while let Some(row) = rest.next().await {
            read(&row?)?;
        }
    }
    Ok(RowSet { columns, rows })
}

impl Interface for State {}

impl State {
    fn postgres(&self, handle: &Resource<Handle>) -> wasmtime::Result<Handle> {
        Ok(self.table.get(handle)?.clone())
    }

    fn keep(&mut self, handle: Result<Handle, Error>) -> Answer<Resource<Handle>> {
        match handle {
            Ok(handle) => Ok(Ok(self.table.push(handle)?)),
            Err(error) => Ok(Err(error)),
        }
    }
}

impl HostConnection for State {
    async fn open(&mut self, address: String) -> Answer<Resource<Handle>> {
        let handle = connect(self.component().clone(), Builder { address, ca_root: None }).await;
        self.keep(handle)
    }

    async fn query(
        &mut self,
        this: Resource<Handle>,
        sql: String,
        values: Vec<ParameterValue>,
    ) -> Answer<RowSet> {
        let handle = self.postgres(&this)?;
        Ok(handle.within(async { collect(handle.find(&sql, values).await?).await }).await)
    }

    async fn execute(
        &mut self,
        this: Resource<Handle>,
        sql: String,
        values: Vec<ParameterValue>,
    ) -> Answer<u64> {
        let handle = self.postgres(&this)?;
        Ok(handle.execute(&sql, values).await)
    }

    fn drop(&mut self, this: Resource<Handle>) -> wasmtime::Result<()> {
        self.table.delete(this)?;
        Ok(())
    }
}

impl<T: Send> HostConnectionWithStore<T> for Host {
    async fn open_async(store: &Accessor<T, Self>, address: String) -> Answer<Resource<Handle>> {
        let component = store.with(|mut access| access.get().component().clone());
        let handle = connect(component, Builder { address, ca_root: None }).await;
        store.with(|mut access| access.get().keep(handle))
    }

    async fn query_async(
        store: &Accessor<T, Self>,
        this: Resource<Handle>,
        sql: String,
        values: Vec<ParameterValue>,
    ) -> Answer<Rows> {
        let handle = store.with(|mut access| access.get().postgres(&this))?;
        // The rest of its rows may come as slowly as they are read.
        let found = match handle.within(handle.find(&sql, values)).await {
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
        let handle = store.with(|mut access| access.get().postgres(&this))?;
        Ok(handle.execute(&sql, values).await)
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
        let handle = connect(self.component().clone(), builder).await;
        self.keep(handle)
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
        let handle = connect(component, builder).await;
        store.with(|mut access| access.get().keep(handle))
    }
}
