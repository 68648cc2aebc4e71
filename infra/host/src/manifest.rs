//! `spin.toml` (manifest version 2): what the host is asked to serve.
//!
//! What this host does not know, or Spin knows and this host does not implement, is refused by
//! name and with its line; nothing is ignored that would change what the application does.

mod application;
mod capability;
mod check;
mod component;
mod dependency;
mod error;
mod reader;
mod template;
#[cfg(test)]
mod tests;
mod trigger;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use application::{Variable, is_variable_name};
pub use capability::{Capability, Inherit};
pub use component::Component;
pub use dependency::{Dependency, ImportName, Provider};
pub use error::{Error, Refusal};
pub use reader::Located;
pub use template::{Template, TemplateError};
pub use trigger::{Middleware, Trigger};

use reader::{Source, Table};

/// A manifest that has been read and makes sense on its own.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// Where it was read from.
    pub path: PathBuf,
    /// The application's name.
    pub name: String,
    /// The application's variables.
    pub variables: BTreeMap<String, Variable>,
    /// The components by name.
    pub components: BTreeMap<String, Component>,
    /// The routes, in the manifest's order.
    pub triggers: Vec<Trigger>,
}

impl Manifest {
    /// Reads the manifest at `path`; paths in it are relative to its folder.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, is not a manifest, or asks for something unknown or not
    /// implemented; with the line.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| Error::Unreadable { path: path.to_owned(), source })?;
        Self::parse(path, &text)
    }

    /// Reads a manifest from a text, as if it stood at `path`.
    ///
    /// # Errors
    ///
    /// As [`Manifest::read`].
    pub fn parse(path: &Path, text: &str) -> Result<Self, Error> {
        let source = Source::new(path, text);
        let parsed = source.parse()?;
        let root = Table::root(&source, &parsed);
        root.only(&["spin_manifest_version", "application", "variables", "trigger", "component"], &[])?;
        check::version(&root)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let variables = application::read_variables(&root)?;
        let mut components = BTreeMap::new();
        if let Some(table) = root.table("component", "[component]".to_owned())? {
            for id in table.keys() {
                check::component_id(&table, &id)?;
                let entry = table.table(id.value, format!("[component.{}]", id.value))?;
                let Some(mut entry) = entry else { continue };
                entry.line = id.line;
                let component = component::read_component(&entry, id.value, folder, &variables)?;
                components.insert(id.value.to_owned(), component);
            }
        }
        let manifest = Self {
            path: path.to_owned(),
            name: application::read_name(&root)?,
            variables,
            components,
            triggers: trigger::read_triggers(&root, folder)?,
        };
        check::references(&source, &manifest)?;
        Ok(manifest)
    }

    /// The file of a dependency or middleware; none when the component is not in the manifest,
    /// which a manifest that was read rules out.
    #[must_use]
    pub fn source_of<'a>(&'a self, provider: &'a Provider) -> Option<&'a Path> {
        match provider {
            Provider::Path(path) => Some(path),
            Provider::Component(id) => self.components.get(id).map(|component| component.source.as_path()),
        }
    }

    /// The middleware in front of a component, outermost first.
    #[must_use]
    pub fn middleware_of(&self, component: &str) -> &[Middleware] {
        let mut triggers = self.triggers.iter().filter(|trigger| trigger.component == component);
        triggers.next().map_or(&[], |trigger| &trigger.middleware)
    }
}
