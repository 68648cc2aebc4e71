//! Puts a component together with its dependencies and its middleware.

mod graph;

use std::collections::HashMap;
use std::fmt::Write;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::manifest::{Component, Dependency, Inherit, Manifest, Middleware, Provider};

/// Changes whenever components are put together differently, so that nothing old is loaded.
const FORMAT: &[u8] = b"insula composition 1";

/// The files that have been read, each once.
#[derive(Default)]
pub(crate) struct Files(HashMap<PathBuf, File>);

/// A component's file.
#[derive(Clone)]
struct File {
    bytes: Arc<Vec<u8>>,
    digest: [u8; 32],
}

/// A component and all that goes into it.
pub(crate) struct Recipe {
    component: Component,
    main: File,
    dependencies: Vec<(Dependency, File)>,
    middleware: Vec<(Middleware, File)>,
}

impl Files {
    fn read(&mut self, component: &str, path: &Path) -> Result<File, Error> {
        if let Some(file) = self.0.get(path) {
            return Ok(file.clone());
        }
        let bytes = std::fs::read(path).map_err(|source| {
            let (component, path) = (component.to_owned(), path.to_owned());
            if source.kind() == ErrorKind::NotFound {
                Error::ComponentMissing { component, path }
            } else {
                Error::ComponentUnreadable { component, path, source }
            }
        })?;
        let file = File { digest: Sha256::digest(&bytes).into(), bytes: Arc::new(bytes) };
        self.0.insert(path.to_owned(), file.clone());
        Ok(file)
    }
}

impl Recipe {
    /// Reads all the files that a component is made of.
    pub(crate) fn read(manifest: &Manifest, component: &Component, files: &mut Files) -> Result<Self, Error> {
        let mut file = |provider: &Provider| {
            let path = manifest.source_of(provider).unwrap_or(Path::new(""));
            files.read(&name_of(provider), path)
        };
        let mut dependencies = Vec::new();
        for dependency in &component.dependencies {
            dependencies.push((dependency.clone(), file(&dependency.provider)?));
        }
        let mut middleware = Vec::new();
        for part in manifest.middleware_of(&component.id) {
            middleware.push((part.clone(), file(&part.provider)?));
        }
        let main = files.read(&component.id, &component.source)?;
        Ok(Self { component: component.clone(), main, dependencies, middleware })
    }

    pub(crate) fn id(&self) -> &str {
        &self.component.id
    }

    /// Names the result: the same digest is the same component.
    pub(crate) fn digest(&self) -> String {
        let mut hasher = Sha256::new();
        hasher.update(FORMAT);
        hasher.update(self.main.digest);
        hasher.update([u8::from(self.component.environment.is_empty())]);
        for (dependency, file) in &self.dependencies {
            hasher.update(file.digest);
            hasher.update(format!("{:?}{:?}", dependency.import, dependency.export));
            hasher.update(format!("{:?}", dependency.inherit));
        }
        for (part, file) in &self.middleware {
            hasher.update(b"middleware");
            hasher.update(file.digest);
            hasher.update(format!("{:?}", part.inherit));
        }
        let mut text = String::with_capacity(32);
        for byte in hasher.finalize().iter().take(16) {
            // Writing to a `String` cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        text
    }

    /// One component, all of whose imports are the host's.
    ///
    /// # Errors
    ///
    /// When a dependency satisfies nothing, does not fit, or uses what it does not inherit.
    pub(crate) fn compose(self) -> Result<Vec<u8>, Error> {
        for (dependency, file) in &self.dependencies {
            self.deny(&name_of(&dependency.provider), &dependency.inherit, file)?;
        }
        for (part, file) in &self.middleware {
            self.deny(&name_of(&part.provider), &part.inherit, file)?;
        }
        let failed = |reason: String| Error::Composition { component: self.id().to_owned(), reason };
        let mut bytes = Arc::unwrap_or_clone(self.main.bytes.clone());
        if !self.dependencies.is_empty() {
            let parts = self.dependencies.iter().map(|(dependency, file)| (dependency, &*file.bytes));
            bytes = graph::plug(bytes, parts).map_err(failed)?;
        }
        if !self.middleware.is_empty() {
            let chain = self.middleware.iter().map(|(_, file)| Vec::clone(&file.bytes));
            bytes = graph::chain(chain.chain([bytes]).collect()).map_err(failed)?;
        }
        Ok(bytes)
    }

    /// Refuses a part that imports a capability which it does not inherit: what is denied is
    /// denied before the first request, not in the middle of one.
    fn deny(&self, part: &str, inherit: &Inherit, file: &File) -> Result<(), Error> {
        let failed = |reason| Error::Composition { component: self.id().to_owned(), reason };
        for import in graph::imports(part, Vec::clone(&file.bytes)).map_err(failed)? {
            let Some(capability) = crate::manifest::Capability::of_import(&import) else { continue };
            if inherit.covers(capability) || self.has_nothing_of(capability) {
                continue;
            }
            return Err(Error::Denied {
                component: self.id().to_owned(),
                dependency: part.to_owned(),
                capability: capability.name(),
                import,
            });
        }
        Ok(())
    }

    /// Every program of a common language imports its environment and its files; where the
    /// component has none, there is nothing to keep from a dependency.
    fn has_nothing_of(&self, capability: crate::manifest::Capability) -> bool {
        use crate::manifest::Capability;
        match capability {
            Capability::Environment => self.component.environment.is_empty(),
            Capability::Files => true,
            Capability::AiModels
            | Capability::AllowedOutboundHosts
            | Capability::KeyValueStores
            | Capability::SqliteDatabases
            | Capability::Variables => false,
        }
    }
}

fn name_of(provider: &Provider) -> String {
    match provider {
        Provider::Component(id) => id.clone(),
        Provider::Path(path) => path.display().to_string(),
    }
}
