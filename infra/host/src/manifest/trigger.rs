//! `[[trigger.http]]`: which requests go to which component, and through which middleware.

use std::path::Path;

use super::dependency::{Provider, read_middleware};
use super::reader::{Located, Table};
use super::{Error, Inherit};
use crate::http::route::Pattern;

/// One `[[trigger.http]]`.
#[derive(Debug, Clone)]
pub struct Trigger {
    /// The component that answers.
    pub component: String,
    /// The route; none for a private one, which only other components reach.
    pub route: Option<Pattern>,
    /// What the request passes through first, outermost first.
    pub middleware: Vec<Middleware>,
    /// The line on which it stands.
    pub line: usize,
}

/// A component between the server and the component that answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Middleware {
    /// Where its code is.
    pub provider: Provider,
    /// What it may use of the configuration of the component behind it.
    pub inherit: Inherit,
    /// The line on which it stands.
    pub line: usize,
}

/// Reads `[trigger]`.
pub(super) fn read_triggers(root: &Table<'_>, folder: &Path) -> Result<Vec<Trigger>, Error> {
    let Some(table) = root.table("trigger", "[trigger]".to_owned())? else {
        return Err(root.missing("trigger"));
    };
    let advice = "only HTTP triggers are";
    table.only(
        &["http"],
        &[("redis", advice), ("mqtt", advice), ("sqs", advice), ("cron", "the host runs the tick itself")],
    )?;
    let mut triggers = Vec::new();
    for entry in table.tables("http", "[[trigger.http]]")? {
        triggers.push(read_trigger(&entry, folder)?);
    }
    Ok(triggers)
}

fn read_trigger(entry: &Table<'_>, folder: &Path) -> Result<Trigger, Error> {
    let unimplemented =
        [("static_response", "let a component answer"), ("components", "use `dependencies.middleware`")];
    entry.only(&["id", "component", "route", "executor", "dependencies"], &unimplemented)?;
    if let Some(executor) = entry.table("executor", "[[trigger.http]] executor".to_owned())? {
        executor.only(&["type"], &[("argv", "only `http` is"), ("entrypoint", "only `http` is")])?;
        if let Some(kind) = executor.text("type")?.filter(|kind| !matches!(&*kind.value, "http" | "spin")) {
            let refusal = executor.not_implemented(&kind.value, "only `http` is");
            return Err(entry.source.refuse(kind.line, refusal));
        }
    }
    if let Some(found) = entry.value("component").filter(|found| found.value.is_table()) {
        let refusal = entry.not_implemented("component = { … }", "give it a table of its own");
        return Err(entry.source.refuse(found.line, refusal));
    }
    let Some(component) = entry.text("component")? else { return Err(entry.missing("component")) };
    Ok(Trigger {
        component: component.value,
        route: read_route(entry)?,
        middleware: read_chain(entry, folder)?,
        line: component.line,
    })
}

fn read_route(entry: &Table<'_>) -> Result<Option<Pattern>, Error> {
    let Some(found) = entry.value("route") else { return Err(entry.missing("route")) };
    if found.value.is_table() {
        let Some(table) = entry.table("route", "[[trigger.http]] route".to_owned())? else {
            return Ok(None);
        };
        table.only(&["private"], &[])?;
        return match table.flag("private")? {
            true => Ok(None),
            false => Err(entry.invalid(found.line, "route", "`private` can only be true")),
        };
    }
    let Some(text) = entry.text("route")? else { return Ok(None) };
    let pattern =
        Pattern::parse(&text.value).map_err(|error| entry.invalid(text.line, "route", error.to_string()))?;
    if pattern.as_str().starts_with("/.well-known/spin") {
        return Err(entry.invalid(text.line, "route", "Spin keeps /.well-known/spin for itself"));
    }
    Ok(Some(pattern))
}

fn read_chain(entry: &Table<'_>, folder: &Path) -> Result<Vec<Middleware>, Error> {
    let Some(table) = entry.table("dependencies", "[[trigger.http]] dependencies".to_owned())? else {
        return Ok(Vec::new());
    };
    table.only(&["middleware"], &[])?;
    let mut chain = Vec::new();
    for item in table.tables("middleware", "[[trigger.http]] dependencies.middleware")? {
        let (provider, inherit) = read_middleware(&item, folder)?;
        chain.push(Middleware { provider, inherit, line: item.line });
    }
    Ok(chain)
}

/// Where a trigger points, for errors.
pub(super) fn target(trigger: &Trigger) -> Located<&str> {
    Located { value: &trigger.component, line: trigger.line }
}
