//! Composes a component with the provider of what it imports, when it is built.
//!
//! Dependencies of a component that answers are composed by its host, as the manifest says. Middleware has no
//! dependencies there: a host composes it with what is behind it and with nothing else.

use anyhow::{Context as _, Result, bail};
use wac_graph::types::Package;
use wac_graph::{CompositionGraph, EncodeOptions, PackageId};

/// Satisfies every import of `main` that `provider` exports; what is left of both stays imported.
pub fn plug(main: Vec<u8>, provider: Vec<u8>) -> Result<Vec<u8>> {
    let mut graph = CompositionGraph::new();
    let main = register(&mut graph, "main", main)?;
    let provider = register(&mut graph, "provider", provider)?;
    let (socket, plug) = (graph.instantiate(main), graph.instantiate(provider));
    let (wanted, exported) = names(&graph, main);
    let offered = names(&graph, provider).1;
    let shared: Vec<String> = wanted.into_iter().filter(|name| offered.contains(name)).collect();
    if shared.is_empty() {
        bail!("it imports nothing of what the other exports");
    }
    for name in shared {
        let export = graph.alias_instance_export(plug, &name)?;
        graph.set_instantiation_argument(socket, &name, export)?;
    }
    for name in exported {
        let export = graph.alias_instance_export(socket, &name)?;
        graph.export(export, &name)?;
    }
    Ok(graph.encode(EncodeOptions::default())?)
}

fn register(graph: &mut CompositionGraph, name: &str, bytes: Vec<u8>) -> Result<PackageId> {
    let package = Package::from_bytes(name, None, bytes, graph.types_mut())
        .with_context(|| format!("{name} is not a component"))?;
    Ok(graph.register_package(package)?)
}

/// What a component imports and what it exports.
fn names(graph: &CompositionGraph, package: PackageId) -> (Vec<String>, Vec<String>) {
    let world = &graph.types()[graph[package].ty()];
    (world.imports.keys().cloned().collect(), world.exports.keys().cloned().collect())
}
