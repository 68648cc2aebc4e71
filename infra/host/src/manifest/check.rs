//! What can only be checked once the whole manifest is read: names that must exist, routes that
//! must differ.

use std::collections::BTreeMap;

use super::reader::{Located, Source, Table};
use super::{Error, Manifest, Middleware, Provider, Refusal, trigger};

pub(super) fn version(root: &Table<'_>) -> Result<(), Error> {
    const KEY: &str = "spin_manifest_version";
    let Some(found) = root.value(KEY) else { return Err(root.missing(KEY)) };
    match found.value.as_integer() {
        Some(number) if number.as_str() == "2" => Ok(()),
        _ => Err(root.invalid(found.line, KEY, "this host reads version 2")),
    }
}

pub(super) fn component_id(table: &Table<'_>, id: &Located<&str>) -> Result<(), Error> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let starts = id.value.starts_with(|first: char| first.is_ascii_lowercase());
    if starts && id.value.bytes().all(plain) && !id.value.ends_with('-') {
        return Ok(());
    }
    Err(table.invalid(id.line, id.value, "a component's name is kebab-case"))
}

pub(super) fn references(source: &Source<'_>, manifest: &Manifest) -> Result<(), Error> {
    let known = |line: usize, table: &str, key: &str, id: &str| {
        if manifest.components.contains_key(id) {
            return Ok(());
        }
        Err(refused(source, line, table, key, format!("there is no [component.{id}]")))
    };
    for component in manifest.components.values() {
        for dependency in &component.dependencies {
            if let Provider::Component(id) = &dependency.provider {
                let table = format!("[component.{}.dependencies]", component.id);
                known(dependency.line, &table, "component", id)?;
            }
        }
    }
    let mut routes = BTreeMap::new();
    let mut chains: BTreeMap<&str, &[Middleware]> = BTreeMap::new();
    for entry in &manifest.triggers {
        let at = trigger::target(entry);
        known(at.line, "[[trigger.http]]", "component", at.value)?;
        for middleware in &entry.middleware {
            if let Provider::Component(id) = &middleware.provider {
                known(middleware.line, "[[trigger.http]]", "dependencies.middleware", id)?;
            }
        }
        if let Some(pattern) = &entry.route
            && let Some(first) = routes.insert(pattern.shape(), at.line)
        {
            let reason = format!("`{}` is already routed on line {first}", pattern.as_str());
            return Err(refused(source, at.line, "[[trigger.http]]", "route", reason));
        }
        let same = chains.entry(at.value).or_insert(&entry.middleware);
        if !equal(same, &entry.middleware) {
            let reason = format!("all triggers of `{}` must have the same middleware", at.value);
            return Err(refused(source, at.line, "[[trigger.http]]", "dependencies.middleware", reason));
        }
    }
    Ok(())
}

fn equal(left: &[Middleware], right: &[Middleware]) -> bool {
    left.len() == right.len()
        && left.iter().zip(right).all(|(a, b)| a.provider == b.provider && a.inherit == b.inherit)
}

fn refused(source: &Source<'_>, line: usize, table: &str, key: &str, reason: String) -> Error {
    source.refuse(line, Refusal::Invalid { table: table.to_owned(), key: key.to_owned(), reason })
}
