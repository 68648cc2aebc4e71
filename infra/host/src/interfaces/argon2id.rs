//! `insula:native/argon2id`: password hashes for the builds of components that are made for this host.

use wasmtime::component::{Accessor, Linker};

use super::Host;
use crate::hashing::Cost;
use crate::worker::State;

mod bindings {
    //! Generated from the package of this repository.
    #![allow(missing_docs, clippy::all, clippy::pedantic, reason = "generated")]

    wasmtime::component::bindgen!({
        path: "../../wit/native",
        world: "insula:native/embedded",
        imports: { default: async | trappable },
    });
}

use bindings::insula::native::argon2id;

/// Adds it to a linker of components that were made for this host.
pub(super) fn add_to_linker(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    bindings::Embedded::add_to_linker::<_, Host>(linker, |state| state)
}

impl argon2id::Host for State {}

impl<T: Send> argon2id::HostWithStore<T> for Host {
    async fn tag(
        store: &Accessor<T, Self>,
        password: Vec<u8>,
        salt: Vec<u8>,
        cost: argon2id::Cost,
    ) -> wasmtime::Result<Vec<u8>> {
        let argon2id::Cost { memory_kib, passes, lanes } = cost;
        let cost = Cost { memory_kib, passes, lanes };
        let activity = store.with(|mut access| access.get().activity.clone());
        let place = activity.heavy()?;
        let hasher = activity.component.hasher.clone();
        let tag = hasher.tag(place, password, salt, cost).await?;
        Ok(tag.to_vec())
    }
}
