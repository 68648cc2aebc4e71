//! `[component.<id>]`: where the code is and what it may do.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::application::is_variable_name;
use super::dependency::{Dependency, read_dependencies};
use super::reader::{Located, Table};
use super::{Error, Inherit, Template, Variable};

/// A component and its configuration.
#[derive(Debug, Clone)]
pub struct Component {
    /// Its name in the manifest.
    pub id: String,
    /// The line of its table.
    pub line: usize,
    /// The component that runs: `source`, or what `tool.insula.embedded_source` names, the same made for this host.
    pub source: PathBuf,
    /// Whether it is the one made for this host, and so may import `insula:native`.
    pub is_embedded: bool,
    /// What it sees through `spin:variables` and `wasi:config`.
    pub variables: BTreeMap<String, Template>,
    /// Its environment variables.
    pub environment: BTreeMap<String, String>,
    /// Where it may connect to.
    pub allowed_outbound_hosts: Vec<Located<Template>>,
    /// The labels of the key-value stores it may open.
    pub key_value_stores: Vec<String>,
    /// The labels of the databases it may open.
    pub sqlite_databases: Vec<String>,
    /// What its imports are satisfied with, in the manifest's order.
    pub dependencies: Vec<Dependency>,
}

const KNOWN: &[&str] = &[
    "source",
    "description",
    "variables",
    "environment",
    "allowed_outbound_hosts",
    "key_value_stores",
    "sqlite_databases",
    "targets",
    "build",
    "tool",
    "dependencies",
    "dependencies_inherit_configuration",
    // Refused when they hold anything, accepted when they are empty.
    "files",
    "exclude_files",
    "ai_models",
];

const NOT_IMPLEMENTED: &[(&str, &str)] = &[
    ("allowed_http_hosts", "use `allowed_outbound_hosts`"),
    ("profile", "build each profile into its own manifest"),
];

/// Reads one component.
pub(super) fn read_component(
    table: &Table<'_>,
    id: &str,
    folder: &Path,
    application: &BTreeMap<String, Variable>,
) -> Result<Component, Error> {
    table.only(KNOWN, NOT_IMPLEMENTED)?;
    refuse_unless_empty(table, "files", "put the files into the component")?;
    refuse_unless_empty(table, "exclude_files", "put the files into the component")?;
    refuse_unless_empty(table, "ai_models", "call a model over HTTP")?;
    if let Some(build) = table.table("build", format!("[component.{id}.build]"))? {
        build.only(&["command", "workdir", "watch"], &[])?;
    }
    let (source, embedded_source) = (read_source(table, folder)?, read_embedded_source(table, id, folder)?);
    let mut component = Component {
        id: id.to_owned(),
        line: table.line,
        is_embedded: embedded_source.is_some(),
        source: embedded_source.unwrap_or(source),
        variables: read_variables(table, id, application)?,
        environment: read_environment(table, id)?,
        allowed_outbound_hosts: Vec::new(),
        key_value_stores: read_labels(table, "key_value_stores")?,
        sqlite_databases: read_labels(table, "sqlite_databases")?,
        dependencies: read_dependencies(table, id, folder)?,
    };
    for host in table.texts("allowed_outbound_hosts")? {
        let template = read_template(table, "allowed_outbound_hosts", &host, application)?;
        component.allowed_outbound_hosts.push(Located { value: template, line: host.line });
    }
    if table.flag("dependencies_inherit_configuration")? {
        for dependency in &mut component.dependencies {
            dependency.inherit = Inherit::All;
        }
    }
    Ok(component)
}

fn read_source(table: &Table<'_>, folder: &Path) -> Result<PathBuf, Error> {
    let Some(found) = table.value("source") else { return Err(table.missing("source")) };
    if found.value.is_table() {
        let refusal = table.not_implemented("source = { … }", "give the path of a built component");
        return Err(table.source.refuse(found.line, refusal));
    }
    match found.value.as_str() {
        Some(path) => Ok(folder.join(path)),
        None => Err(table.wrong_type("source", "a path", &found)),
    }
}

fn read_embedded_source(table: &Table<'_>, id: &str, folder: &Path) -> Result<Option<PathBuf>, Error> {
    let Some(tools) = table.table("tool", format!("[component.{id}.tool]"))? else { return Ok(None) };
    let Some(ours) = tools.table("insula", format!("[component.{id}.tool.insula]"))? else { return Ok(None) };
    ours.only(&["embedded_source"], &[])?;
    Ok(ours.text("embedded_source")?.map(|path| folder.join(path.value)))
}

fn read_variables(
    table: &Table<'_>,
    id: &str,
    application: &BTreeMap<String, Variable>,
) -> Result<BTreeMap<String, Template>, Error> {
    let mut variables = BTreeMap::new();
    let Some(declared) = table.table("variables", format!("[component.{id}.variables]"))? else {
        return Ok(variables);
    };
    for name in declared.keys() {
        if !is_variable_name(name.value) {
            return Err(declared.invalid(name.line, name.value, "a variable's name is lower_snake_case"));
        }
        let Some(text) = declared.text(name.value)? else { continue };
        let template = read_template(&declared, name.value, &text, application)?;
        variables.insert(name.value.to_owned(), template);
    }
    Ok(variables)
}

fn read_template(
    table: &Table<'_>,
    key: &str,
    text: &Located<String>,
    application: &BTreeMap<String, Variable>,
) -> Result<Template, Error> {
    let template =
        Template::parse(&text.value).map_err(|error| table.invalid(text.line, key, error.to_string()))?;
    if let Some(name) = template.variables().find(|name| !application.contains_key(*name)) {
        return Err(table.invalid(text.line, key, format!("`{name}` is not in [variables]")));
    }
    Ok(template)
}

fn read_environment(table: &Table<'_>, id: &str) -> Result<BTreeMap<String, String>, Error> {
    let mut environment = BTreeMap::new();
    if let Some(declared) = table.table("environment", format!("[component.{id}.environment]"))? {
        for name in declared.keys() {
            if let Some(text) = declared.text(name.value)? {
                environment.insert(name.value.to_owned(), text.value);
            }
        }
    }
    Ok(environment)
}

/// Labels become file names, so nothing but kebab-case and snake_case is let through.
fn read_labels(table: &Table<'_>, key: &str) -> Result<Vec<String>, Error> {
    let mut labels = Vec::new();
    for label in table.texts(key)? {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        let name = &label.value;
        if !name.starts_with(|first: char| first.is_ascii_alphabetic()) || !name.bytes().all(plain) {
            return Err(table.invalid(label.line, key, format!("`{name}` is not a label")));
        }
        labels.push(label.value);
    }
    Ok(labels)
}

fn refuse_unless_empty(table: &Table<'_>, key: &str, instead: &'static str) -> Result<(), Error> {
    let Some(found) = table.value(key) else { return Ok(()) };
    match found.value.as_array() {
        Some(list) if list.is_empty() => Ok(()),
        Some(_) => Err(table.source.refuse(found.line, table.not_implemented(key, instead))),
        None => Err(table.wrong_type(key, "a list", &found)),
    }
}
