//! The composition itself, in terms of component graphs.

use wac_graph::types::{Package, are_semver_compatible};
use wac_graph::{CompositionGraph, EncodeOptions, NodeId, PackageId};

use crate::manifest::Dependency;

/// What a component in front of another one imports, and every one that answers exports.
const HANDLER: &str = "wasi:http/handler@0.3.0";

/// The names of a component's imports.
pub(super) fn imports(name: &str, bytes: Vec<u8>) -> Result<Vec<String>, String> {
    let mut graph = CompositionGraph::new();
    let package = register(&mut graph, name, bytes)?;
    Ok(names(&graph, package).0)
}

/// Satisfies imports of `main` with what its dependencies export; all else stays imported.
pub(super) fn plug<'a>(
    main: Vec<u8>,
    dependencies: impl Iterator<Item = (&'a Dependency, &'a Vec<u8>)>,
) -> Result<Vec<u8>, String> {
    let mut graph = CompositionGraph::new();
    let main = register(&mut graph, "main", main)?;
    let (imported, exported) = names(&graph, main);
    let socket = graph.instantiate(main);
    let mut satisfied: Vec<String> = Vec::new();
    for (index, (dependency, bytes)) in dependencies.enumerate() {
        let package = register(&mut graph, &format!("dependency{index}"), bytes.clone())?;
        let (_, offered) = names(&graph, package);
        let wanted: Vec<&String> = imported.iter().filter(|name| dependency.import.matches(name)).collect();
        if wanted.is_empty() {
            return Err(format!("it imports nothing of {:?}", dependency.import));
        }
        let plug = graph.instantiate(package);
        for import in wanted {
            if satisfied.contains(import) {
                return Err(format!("two dependencies satisfy {import}"));
            }
            let name = dependency.export.as_ref().unwrap_or(import);
            let export = offered.iter().find(|export| are_semver_compatible(export, name));
            let Some(export) = export else {
                return Err(format!("the dependency for {import} does not export {name}"));
            };
            let argument = alias(&mut graph, plug, export)?;
            graph.set_instantiation_argument(socket, import, argument).map_err(chain_of)?;
            satisfied.push(import.clone());
        }
    }
    for name in exported {
        let export = alias(&mut graph, socket, &name)?;
        graph.export(export, &name).map_err(chain_of)?;
    }
    graph.encode(EncodeOptions::default()).map_err(chain_of)
}

/// Puts components in front of one another: the first gets the request, the last answers.
pub(super) fn chain(parts: Vec<Vec<u8>>) -> Result<Vec<u8>, String> {
    let mut graph = CompositionGraph::new();
    let mut next: Option<NodeId> = None;
    for (index, bytes) in parts.into_iter().enumerate().rev() {
        let package = register(&mut graph, &format!("part{index}"), bytes)?;
        let instance = graph.instantiate(package);
        if let Some(next) = next {
            graph.set_instantiation_argument(instance, HANDLER, next).map_err(chain_of)?;
        }
        next = Some(alias(&mut graph, instance, HANDLER)?);
    }
    let Some(outermost) = next else { return Err("there is nothing to compose".to_owned()) };
    graph.export(outermost, HANDLER).map_err(chain_of)?;
    graph.encode(EncodeOptions::default()).map_err(chain_of)
}

fn register(graph: &mut CompositionGraph, name: &str, bytes: Vec<u8>) -> Result<PackageId, String> {
    let package = Package::from_bytes(name, None, bytes, graph.types_mut())
        .map_err(|error| format!("{name} is not a component: {error:#}"))?;
    graph.register_package(package).map_err(chain_of)
}

fn names(graph: &CompositionGraph, package: PackageId) -> (Vec<String>, Vec<String>) {
    let world = &graph.types()[graph[package].ty()];
    (world.imports.keys().cloned().collect(), world.exports.keys().cloned().collect())
}

fn alias(graph: &mut CompositionGraph, instance: NodeId, name: &str) -> Result<NodeId, String> {
    graph.alias_instance_export(instance, name).map_err(chain_of)
}

/// An error with everything below it, on one line.
fn chain_of(error: impl std::error::Error) -> String {
    let mut text = error.to_string();
    let mut below = error.source();
    while let Some(source) = below {
        text = format!("{text}: {source}");
        below = source.source();
    }
    text
}

#[cfg(test)]
mod tests;
