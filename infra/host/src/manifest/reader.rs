//! Reads TOML tables key by key, remembering the line of everything.

use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Error, Refusal};

/// The manifest's text, for turning offsets into lines.
pub(super) struct Source<'a> {
    path: &'a Path,
    text: &'a str,
}

/// A value and the line on which it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// The line in the manifest, counted from 1.
    pub line: usize,
}

impl<'a> Source<'a> {
    pub(super) fn new(path: &'a Path, text: &'a str) -> Self {
        Self { path, text }
    }

    pub(super) fn parse(&self) -> Result<Spanned<DeTable<'a>>, Error> {
        DeTable::parse(self.text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            self.refuse(self.line(offset), Refusal::Syntax(error.message().to_owned()))
        })
    }

    pub(super) fn refuse(&self, line: usize, refusal: Refusal) -> Error {
        Error::Refused { path: PathBuf::from(self.path), line, refusal }
    }

    fn line(&self, offset: usize) -> usize {
        let before = self.text.as_bytes().get(..offset).unwrap_or_default();
        before.iter().filter(|byte| **byte == b'\n').count() + 1
    }
}

/// One table of the manifest, and how an error should name it.
pub(super) struct Table<'a> {
    pub(super) source: &'a Source<'a>,
    pub(super) name: String,
    pub(super) line: usize,
    entries: &'a DeTable<'a>,
}

impl<'a> Table<'a> {
    pub(super) fn root(source: &'a Source<'a>, table: &'a Spanned<DeTable<'a>>) -> Self {
        Self { source, name: "the manifest".to_owned(), line: 1, entries: table.get_ref() }
    }

    /// Refuses every key that is in neither list, and those of the second list with their advice.
    pub(super) fn only(&self, known: &[&str], unimplemented: &[(&str, &'static str)]) -> Result<(), Error> {
        for key in self.entries.keys() {
            let name = key.get_ref().as_ref();
            if known.contains(&name) {
                continue;
            }
            let line = self.source.line(key.span().start);
            let refusal = match unimplemented.iter().find(|(other, _)| *other == name) {
                Some((_, instead)) => self.not_implemented(name, instead),
                None => Refusal::UnknownKey { table: self.name.clone(), key: name.to_owned() },
            };
            return Err(self.source.refuse(line, refusal));
        }
        Ok(())
    }

    pub(super) fn not_implemented(&self, key: &str, instead: &'static str) -> Refusal {
        Refusal::NotImplemented { table: self.name.clone(), key: key.to_owned(), instead }
    }

    pub(super) fn invalid(&self, line: usize, key: &str, reason: impl Into<String>) -> Error {
        let refusal =
            Refusal::Invalid { table: self.name.clone(), key: key.to_owned(), reason: reason.into() };
        self.source.refuse(line, refusal)
    }

    pub(super) fn missing(&self, key: &'static str) -> Error {
        self.source.refuse(self.line, Refusal::Missing { table: self.name.clone(), key })
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = Located<&'a str>> {
        let source = self.source;
        self.entries
            .keys()
            .map(move |key| Located { value: key.get_ref().as_ref(), line: source.line(key.span().start) })
    }

    pub(super) fn value(&self, key: &str) -> Option<Located<&'a DeValue<'a>>> {
        let value = self.entries.get(key)?;
        Some(Located { value: value.get_ref(), line: self.source.line(value.span().start) })
    }

    pub(super) fn wrong_type(
        &self,
        key: &str,
        expected: &'static str,
        found: &Located<&DeValue<'_>>,
    ) -> Error {
        let refusal = Refusal::WrongType {
            table: self.name.clone(),
            key: key.to_owned(),
            expected,
            found: found.value.type_str(),
        };
        self.source.refuse(found.line, refusal)
    }

    pub(super) fn text(&self, key: &str) -> Result<Option<Located<String>>, Error> {
        let Some(found) = self.value(key) else { return Ok(None) };
        match found.value.as_str() {
            Some(text) => Ok(Some(Located { value: text.to_owned(), line: found.line })),
            None => Err(self.wrong_type(key, "a string", &found)),
        }
    }

    pub(super) fn flag(&self, key: &str) -> Result<bool, Error> {
        let Some(found) = self.value(key) else { return Ok(false) };
        found.value.as_bool().ok_or_else(|| self.wrong_type(key, "true or false", &found))
    }

    pub(super) fn texts(&self, key: &str) -> Result<Vec<Located<String>>, Error> {
        let Some(found) = self.value(key) else { return Ok(Vec::new()) };
        let Some(array) = found.value.as_array() else {
            return Err(self.wrong_type(key, "a list of strings", &found));
        };
        let mut texts = Vec::with_capacity(array.len());
        for item in array.iter() {
            let item = Located { value: item.get_ref(), line: self.source.line(item.span().start) };
            let Some(text) = item.value.as_str() else {
                return Err(self.wrong_type(key, "a list of strings", &item));
            };
            texts.push(Located { value: text.to_owned(), line: item.line });
        }
        Ok(texts)
    }

    /// The table under `key`, named `name` in errors.
    pub(super) fn table(&self, key: &str, name: String) -> Result<Option<Table<'a>>, Error> {
        let Some(found) = self.value(key) else { return Ok(None) };
        match found.value.as_table() {
            Some(entries) => Ok(Some(Table { source: self.source, name, line: found.line, entries })),
            None => Err(self.wrong_type(key, "a table", &found)),
        }
    }

    /// The tables in the list under `key`, all named `name` in errors.
    pub(super) fn tables(&self, key: &str, name: &str) -> Result<Vec<Table<'a>>, Error> {
        let Some(found) = self.value(key) else { return Ok(Vec::new()) };
        let Some(array) = found.value.as_array() else {
            return Err(self.wrong_type(key, "a list of tables", &found));
        };
        let mut tables = Vec::with_capacity(array.len());
        for item in array.iter() {
            let line = self.source.line(item.span().start);
            let located = Located { value: item.get_ref(), line };
            let Some(entries) = item.get_ref().as_table() else {
                return Err(self.wrong_type(key, "a list of tables", &located));
            };
            tables.push(Table { source: self.source, name: name.to_owned(), line, entries });
        }
        Ok(tables)
    }
}
