//! What components import besides WASI: variables, key-value stores, SQLite, PostgreSQL, Redis; those that are made for
//! this host, password hashes.

mod argon2id;
mod bindings;
mod key_value;
mod postgres;
mod redis;
mod sqlite;
mod stream;
mod variables;

pub(crate) use key_value::TABLE as KEY_VALUE_TABLE;

use wasmtime::component::{HasData, Linker};

use crate::worker::State;

/// Marks the host's implementations: they work on the state of the store itself.
pub(crate) struct Host;

impl HasData for Host {
    type Data<'a> = &'a mut State;
}

/// Adds what only the builds for this host may import.
pub(crate) fn add_own_to_linker(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    argon2id::add_to_linker(linker)
}

/// Adds what every component may import.
pub(crate) fn add_to_linker(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    bindings::Provided::add_to_linker::<_, Host>(linker, |state| state)
}
