//! A program: everything about an application that is the same however often it runs.

use std::collections::BTreeMap;
use std::sync::Arc;

use wasmtime::Engine;
use wasmtime::component::Linker;
use wasmtime_wasi_http::p3::bindings::ServicePre;

use crate::compile::{Job, compile_all};
use crate::compose::{Files, Recipe};
use crate::error::Error;
use crate::manifest::Manifest;
use crate::settings::ProgramOptions;
use crate::worker::{State, start_ticker};
use crate::{engine, interfaces};

/// The engine and every component that requests go to, composed, compiled and linked. Expensive to
/// make, shared by as many [`App`](crate::App)s as wanted.
pub struct Program {
    /// What it was made from.
    pub manifest: Manifest,
    pub(crate) units: BTreeMap<String, ServicePre<State>>,
    pub(crate) memory_limit_bytes: u64,
}

impl Program {
    /// Loads every component that a trigger of the manifest leads to.
    ///
    /// # Errors
    ///
    /// When a component is missing, does not compile, imports what the host does not have, or has
    /// a dependency that uses what it does not inherit; always with the component's name.
    pub fn load(manifest: Manifest, options: &ProgramOptions) -> Result<Arc<Self>, Error> {
        let engine = engine::build(options)?;
        let mut files = Files::default();
        let mut jobs = Vec::new();
        for component in served(&manifest) {
            jobs.push(Job::new(Recipe::read(&manifest, component, &mut files)?));
        }
        let components = compile_all(&engine, jobs, options)?;
        let linkers = linkers(&engine).map_err(|error| Error::Engine(format!("{error:#}")))?;
        let mut units = BTreeMap::new();
        for (id, component) in components {
            let is_embedded = manifest.components.get(&id).is_some_and(|component| component.is_embedded);
            let linker = if is_embedded { &linkers.of_embedded } else { &linkers.of_all };
            let pre = linker.instantiate_pre(&component).and_then(ServicePre::new);
            let pre =
                pre.map_err(|error| Error::Linking { component: id.clone(), reason: format!("{error:#}") })?;
            units.insert(id, pre);
        }
        start_ticker(&engine).map_err(Error::Start)?;
        let memory_limit_bytes = options.memory_limit_bytes as u64;
        Ok(Arc::new(Self { manifest, units, memory_limit_bytes }))
    }
}

/// The components that answer requests, each once.
fn served(manifest: &Manifest) -> impl Iterator<Item = &crate::manifest::Component> {
    manifest
        .components
        .values()
        .filter(|component| manifest.triggers.iter().any(|trigger| trigger.component == component.id))
}

/// What components may import: every one, and those besides that are made for this host.
struct Linkers {
    of_all: Linker<State>,
    of_embedded: Linker<State>,
}

fn linkers(engine: &Engine) -> wasmtime::Result<Linkers> {
    let mut of_all = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut of_all)?;
    wasmtime_wasi::p3::add_to_linker(&mut of_all)?;
    wasmtime_wasi_http::p3::add_to_linker(&mut of_all)?;
    interfaces::add_to_linker(&mut of_all)?;
    let mut of_embedded = of_all.clone();
    interfaces::add_own_to_linker(&mut of_embedded)?;
    Ok(Linkers { of_all, of_embedded })
}

#[cfg(test)]
mod tests;
