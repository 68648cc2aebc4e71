//! `[application]` and `[variables]`.

use std::collections::BTreeMap;

use super::Error;
use super::reader::Table;

/// A variable of the application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// The value when none is given.
    pub default: Option<String>,
    /// Never shown, never logged.
    pub secret: bool,
    /// The line of its declaration.
    pub line: usize,
}

impl Variable {
    /// Whether the application cannot start without a value from outside.
    #[must_use]
    pub fn required(&self) -> bool {
        self.default.is_none()
    }
}

/// Reads `[application]`: the name is all that matters here.
pub(super) fn read_name(root: &Table<'_>) -> Result<String, Error> {
    let table = root.table("application", "[application]".to_owned())?;
    let Some(table) = table else { return Err(root.missing("application")) };
    let known = ["name", "version", "description", "authors", "targets", "tool", "trigger"];
    table.only(&known, &[])?;
    if let Some(triggers) = table.table("trigger", "[application.trigger]".to_owned())? {
        triggers.only(&["http"], &[("redis", "only HTTP triggers are"), ("cron", "use the tick")])?;
        if let Some(http) = triggers.table("http", "[application.trigger.http]".to_owned())? {
            http.only(&[], &[("base", "write the whole path in each route")])?;
        }
    }
    match table.text("name")? {
        Some(name) => Ok(name.value),
        None => Err(table.missing("name")),
    }
}

/// Reads `[variables]`.
pub(super) fn read_variables(root: &Table<'_>) -> Result<BTreeMap<String, Variable>, Error> {
    let mut variables = BTreeMap::new();
    let Some(table) = root.table("variables", "[variables]".to_owned())? else {
        return Ok(variables);
    };
    for name in table.keys() {
        if !is_variable_name(name.value) {
            return Err(table.invalid(name.line, name.value, "a variable's name is lower_snake_case"));
        }
        let declared = table.table(name.value, format!("[variables] {}", name.value))?;
        let Some(declared) = declared else { continue };
        declared.only(&["default", "required", "secret", "description"], &[])?;
        let default = declared.text("default")?.map(|text| text.value);
        match (declared.flag("required")?, &default) {
            (false, None) => {
                return Err(table.invalid(name.line, name.value, "give it a default or `required = true`"));
            }
            (true, Some(_)) => {
                return Err(table.invalid(name.line, name.value, "`required = true` excludes a default"));
            }
            (true, None) | (false, Some(_)) => {}
        }
        let variable = Variable { default, secret: declared.flag("secret")?, line: name.line };
        variables.insert(name.value.to_owned(), variable);
    }
    Ok(variables)
}

/// Whether a text is a variable's name: lower_snake_case, beginning with a letter.
#[must_use]
pub fn is_variable_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}
