//! `spin:variables` and `wasi:config`: the component's own variables, nobody else's.

use wasmtime::component::Accessor;

use super::Host;
use super::bindings::spin::variables::variables::{Error, Host as Sync, HostWithStore};
use super::bindings::wasi::config::store;
use crate::manifest::is_variable_name;
use crate::worker::State;

impl Sync for State {}

impl<T: Send> HostWithStore<T> for Host {
    async fn get(store: &Accessor<T, Self>, name: String) -> wasmtime::Result<Result<String, Error>> {
        if !is_variable_name(&name) {
            return Ok(Err(Error::InvalidName(name)));
        }
        let value = store.with(|mut access| access.get().component().variables.get(&name).cloned());
        Ok(value.ok_or(Error::Undefined(name)))
    }
}

impl store::Host for State {
    fn get(&mut self, name: String) -> wasmtime::Result<Result<Option<String>, store::Error>> {
        Ok(Ok(self.component().variables.get(&name).cloned()))
    }

    fn get_all(&mut self) -> wasmtime::Result<Result<Vec<(String, String)>, store::Error>> {
        Ok(Ok(self.component().variables.clone().into_iter().collect()))
    }
}
