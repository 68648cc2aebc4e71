//! What satisfies an import: `dependencies` of a component, `middleware` of a trigger.

use std::path::{Path, PathBuf};

use super::reader::Table;
use super::{Capability, Error, Inherit};

/// A component that is composed into another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// Which imports it satisfies.
    pub import: ImportName,
    /// Where its code is.
    pub provider: Provider,
    /// The export to use instead of the one named like the import.
    pub export: Option<String>,
    /// What it may use of its parent's configuration.
    pub inherit: Inherit,
    /// The line on which it stands.
    pub line: usize,
}

/// Where a dependency's code is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Provider {
    /// The source of another component of the manifest; nothing else of it.
    Component(String),
    /// A file.
    Path(PathBuf),
}

/// The name of an import, or of all imports of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportName {
    /// `some-name`
    Plain(String),
    /// `space:package`, `space:package@1.0.0`, `space:package/interface@1.0.0` …
    Package {
        /// `space:package`
        package: String,
        /// The one interface that is meant.
        interface: Option<String>,
        /// The one version that is meant.
        version: Option<String>,
    },
}

impl ImportName {
    /// Reads a name; none when it is not one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let word = |part: &str| {
            !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        let (name, version) = match text.split_once('@') {
            Some((name, version)) if !version.is_empty() => (name, Some(version.to_owned())),
            Some(_) => return None,
            None => (text, None),
        };
        let Some((space, rest)) = name.split_once(':') else {
            return (word(name) && version.is_none()).then(|| Self::Plain(name.to_owned()));
        };
        let (package, interface) = match rest.split_once('/') {
            Some((package, interface)) => (package, Some(interface)),
            None => (rest, None),
        };
        let valid = word(space) && word(package) && interface.is_none_or(word);
        valid.then(|| Self::Package {
            package: format!("{space}:{package}"),
            interface: interface.map(str::to_owned),
            version,
        })
    }

    /// Whether a component's import is meant by this name.
    #[must_use]
    pub fn matches(&self, import: &str) -> bool {
        match (self, Self::parse(import)) {
            (Self::Plain(name), Some(Self::Plain(other))) => *name == other,
            (
                Self::Package { package, interface, version },
                Some(Self::Package { package: other, interface: part, version: release }),
            ) => {
                *package == other
                    && (interface.is_none() || *interface == part)
                    && (version.is_none() || *version == release)
            }
            _ => false,
        }
    }
}

const NO_REGISTRY: &str = "name a `component` or a `path`";
const NOT_IMPLEMENTED: &[(&str, &str)] = &[
    ("version", NO_REGISTRY),
    ("registry", NO_REGISTRY),
    ("package", NO_REGISTRY),
    ("url", NO_REGISTRY),
    ("digest", NO_REGISTRY),
];

/// Reads `[component.<id>.dependencies]`.
pub(super) fn read_dependencies(
    component: &Table<'_>,
    id: &str,
    folder: &Path,
) -> Result<Vec<Dependency>, Error> {
    let table_name = format!("[component.{id}.dependencies]");
    let Some(table) = component.table("dependencies", table_name.clone())? else {
        return Ok(Vec::new());
    };
    let mut dependencies = Vec::new();
    for name in table.keys() {
        let Some(import) = ImportName::parse(name.value) else {
            return Err(table.invalid(name.line, name.value, "not the name of a package or an import"));
        };
        if let Some(found) = table.value(name.value).filter(|found| found.value.is_str()) {
            let refusal = table.not_implemented(name.value, NO_REGISTRY);
            return Err(table.source.refuse(found.line, refusal));
        }
        let Some(entry) = table.table(name.value, format!("{table_name} \"{}\"", name.value))? else {
            continue;
        };
        entry.only(&["component", "path", "export", "inherit_configuration"], NOT_IMPLEMENTED)?;
        dependencies.push(Dependency {
            import,
            provider: read_provider(&entry, folder)?,
            export: entry.text("export")?.map(|text| text.value),
            inherit: read_inherit(&entry)?,
            line: name.line,
        });
    }
    Ok(dependencies)
}

/// Reads one entry of a trigger's `dependencies.middleware`.
pub(super) fn read_middleware(entry: &Table<'_>, folder: &Path) -> Result<(Provider, Inherit), Error> {
    entry.only(&["component", "path", "inherit_configuration"], NOT_IMPLEMENTED)?;
    Ok((read_provider(entry, folder)?, read_inherit(entry)?))
}

fn read_provider(entry: &Table<'_>, folder: &Path) -> Result<Provider, Error> {
    match (entry.text("component")?, entry.text("path")?) {
        (Some(component), None) => Ok(Provider::Component(component.value)),
        (None, Some(path)) => Ok(Provider::Path(folder.join(path.value))),
        (None, None) => Err(entry.missing("component")),
        (Some(_), Some(path)) => Err(entry.invalid(path.line, "path", "`component` is given as well")),
    }
}

fn read_inherit(entry: &Table<'_>) -> Result<Inherit, Error> {
    const KEY: &str = "inherit_configuration";
    let Some(found) = entry.value(KEY) else { return Ok(Inherit::Only(Vec::new())) };
    match found.value.as_bool() {
        Some(true) => return Ok(Inherit::All),
        Some(false) => return Ok(Inherit::Only(Vec::new())),
        None => {}
    }
    let mut listed = Vec::new();
    for name in entry.texts(KEY)? {
        let Some(capability) = Capability::named(&name.value) else {
            let known: Vec<&str> = Capability::ALL.iter().map(|known| known.name()).collect();
            let reason = format!("`{}` is not one of {}", name.value, known.join(", "));
            return Err(entry.invalid(name.line, KEY, reason));
        };
        listed.push(capability);
    }
    Ok(Inherit::Only(listed))
}
