//! `spin:redis`: servers at the addresses that the component's manifest entry allows.
//!
//! All components that use an address share one connection, on which nothing may be left behind and nobody may keep
//! the others waiting: [`commands`] says which commands are refused for that.

mod commands;
mod value;

use redis::{Cmd, cmd};
use wasmtime::component::{Accessor, Resource};

use super::Host;
use super::bindings::spin::redis::redis::{
    Error, Host as Interface, HostConnection, HostConnectionWithStore, RedisParameter, RedisResult,
};
use crate::redis::{Connection, Unreachable};
use crate::worker::State;
use value::{Results, bounded};

/// A component's hold on a connection.
pub struct Handle(Connection);

type Answer<T> = wasmtime::Result<Result<T, Error>>;

impl Interface for State {}

impl HostConnection for State {
    fn drop(&mut self, this: Resource<Handle>) -> wasmtime::Result<()> {
        self.table.delete(this)?;
        Ok(())
    }
}

impl<T: Send> HostConnectionWithStore<T> for Host {
    async fn open(store: &Accessor<T, Self>, address: String) -> Answer<Resource<Handle>> {
        let component = store.with(|mut access| access.get().component().clone());
        match component.redis.connect(&address, &component.hosts).await {
            Ok(connection) => Ok(Ok(store.with(|mut access| access.get().table.push(Handle(connection)))?)),
            Err(error) => Ok(Err(error.into())),
        }
    }

    async fn publish(
        store: &Accessor<T, Self>,
        this: Resource<Handle>,
        channel: String,
        payload: Vec<u8>,
    ) -> Answer<()> {
        let mut connection = connection(store, &this)?;
        Ok(run::<i64>(&mut connection, cmd("PUBLISH").arg(channel).arg(payload)).await.map(drop))
    }

    async fn get(store: &Accessor<T, Self>, this: Resource<Handle>, key: String) -> Answer<Option<Vec<u8>>> {
        let mut connection = connection(store, &this)?;
        let found: Result<Option<Vec<u8>>, Error> = run(&mut connection, cmd("GET").arg(key)).await;
        Ok(found.and_then(|found| bounded(found, |found| found.as_ref().map_or(0, Vec::len))))
    }

    async fn set(
        store: &Accessor<T, Self>,
        this: Resource<Handle>,
        key: String,
        value: Vec<u8>,
    ) -> Answer<()> {
        let mut connection = connection(store, &this)?;
        Ok(run(&mut connection, cmd("SET").arg(key).arg(value)).await)
    }

    async fn incr(store: &Accessor<T, Self>, this: Resource<Handle>, key: String) -> Answer<i64> {
        let mut connection = connection(store, &this)?;
        Ok(connection.run(cmd("INCR").arg(key)).await.map_err(value::not_a_number))
    }

    async fn del(store: &Accessor<T, Self>, this: Resource<Handle>, keys: Vec<String>) -> Answer<u32> {
        many(store, &this, cmd("DEL"), keys).await
    }

    async fn sadd(
        store: &Accessor<T, Self>,
        this: Resource<Handle>,
        key: String,
        values: Vec<String>,
    ) -> Answer<u32> {
        many(store, &this, cmd("SADD").arg(key).take(), values).await
    }

    async fn smembers(store: &Accessor<T, Self>, this: Resource<Handle>, key: String) -> Answer<Vec<String>> {
        let mut connection = connection(store, &this)?;
        let found: Result<Vec<String>, Error> = run(&mut connection, cmd("SMEMBERS").arg(key)).await;
        Ok(found.and_then(|found| bounded(found, |found| found.iter().map(String::len).sum())))
    }

    async fn srem(
        store: &Accessor<T, Self>,
        this: Resource<Handle>,
        key: String,
        values: Vec<String>,
    ) -> Answer<u32> {
        many(store, &this, cmd("SREM").arg(key).take(), values).await
    }

    async fn execute(
        store: &Accessor<T, Self>,
        this: Resource<Handle>,
        command: String,
        arguments: Vec<RedisParameter>,
    ) -> Answer<Vec<RedisResult>> {
        let mut connection = connection(store, &this)?;
        if let Some(refused) = commands::refused(&command, &arguments) {
            return Ok(Err(Error::Other(refused)));
        }
        let mut command = cmd(&command);
        for argument in arguments {
            match argument {
                RedisParameter::Int64(number) => command.arg(number),
                RedisParameter::Binary(bytes) => command.arg(bytes),
            };
        }
        let found: Result<Results, Error> = run(&mut connection, &command).await;
        Ok(found.and_then(Results::flat))
    }
}

fn connection<T: Send>(store: &Accessor<T, Host>, this: &Resource<Handle>) -> wasmtime::Result<Connection> {
    store.with(|mut access| Ok(access.get().table.get(this)?.0.clone()))
}

async fn run<T: redis::FromRedisValue>(connection: &mut Connection, command: &Cmd) -> Result<T, Error> {
    Ok(connection.run(command).await?)
}

/// A command about many names, which the server demands at least one of: about none there is nothing to do.
async fn many<T: Send>(
    store: &Accessor<T, Host>,
    this: &Resource<Handle>,
    mut command: Cmd,
    names: Vec<String>,
) -> Answer<u32> {
    let mut connection = connection(store, this)?;
    if names.is_empty() {
        return Ok(Ok(0));
    }
    Ok(run(&mut connection, command.arg(names)).await)
}

impl From<Unreachable> for Error {
    fn from(error: Unreachable) -> Self {
        match error {
            Unreachable::Address(_) | Unreachable::Denied(_) => Self::InvalidAddress,
            Unreachable::Failed(reason) => Self::Other(reason),
        }
    }
}
