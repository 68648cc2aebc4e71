//! The documents that are written from the route tables: `openapi.json`, `docs.html` and `problems.json`.
//!
//! They are kept in the repository, under `components/ops/generated/`, because the component `ops` has them inside.
//! `cargo xtask docs` writes them anew, `cargo xtask check` sees that they are up to date.

mod html;
pub mod openapi;
pub mod problems;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::{Map, Value};

use crate::routes::Group;

/// Where the documents are, from the root of the repository.
pub const FOLDER: &str = "components/ops/generated";

/// A document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The name of its file.
    pub name: &'static str,
    /// The whole text.
    pub text: String,
}

/// Why documents could not be written or compared.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Two operations have one id.
    #[error("two operations have the id `{0}`")]
    SameOperation(String),
    /// Two types that differ have one name.
    #[error("two different schemas have the name `{0}`")]
    SameSchema(String),
    /// Two kinds of problems have one slug.
    #[error("two different kinds of problems have the slug `{0}`")]
    SameProblem(String),
    /// An operation names a problem that no catalogue has.
    #[error("the problem `{slug}` of `{operation}` is in no catalogue")]
    UnknownProblem {
        /// The operation's id.
        operation: String,
        /// The problem's slug.
        slug: String,
    },
    /// A value can't be JSON.
    #[error("a value can't be written as JSON")]
    Json(#[from] serde_json::Error),
    /// A file can't be read or written.
    #[error("{}", path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Writes every document from the groups; the same groups give the same texts.
///
/// # Errors
///
/// What is contradictory in the groups.
pub fn documents(groups: &[Group]) -> Result<Vec<Document>, Error> {
    let problems = problems::catalogue(groups)?;
    let openapi = sorted(openapi::document(groups, &problems)?);
    Ok(vec![
        Document { name: "docs.html", text: html::page(&openapi) },
        Document { name: "openapi.json", text: json(&openapi)? },
        Document { name: "problems.json", text: json(&problems)? },
    ])
}

/// Writes the files that differ, and returns their names.
///
/// # Errors
///
/// [`Error::File`].
pub fn write(folder: &Path, documents: &[Document]) -> Result<Vec<&'static str>, Error> {
    let stale = stale(folder, documents)?;
    for document in documents.iter().filter(|document| stale.contains(&document.name)) {
        let path = folder.join(document.name);
        let file = |source| Error::File { path: path.clone(), source };
        fs::create_dir_all(folder).and_then(|()| fs::write(&path, &document.text)).map_err(file)?;
    }
    Ok(stale)
}

/// The names of the files that are missing or differ from what would be written now.
///
/// # Errors
///
/// [`Error::File`].
pub fn stale(folder: &Path, documents: &[Document]) -> Result<Vec<&'static str>, Error> {
    let mut stale = Vec::new();
    for document in documents {
        let path = folder.join(document.name);
        match fs::read(&path) {
            Ok(bytes) if bytes == document.text.as_bytes() => {}
            Ok(_) => stale.push(document.name),
            Err(error) if error.kind() == io::ErrorKind::NotFound => stale.push(document.name),
            Err(source) => return Err(Error::File { path, source }),
        }
    }
    Ok(stale)
}

/// JSON for people and for comparing: indented, every object's members in the order of their names, whatever order
/// the libraries keep.
fn json(value: &impl Serialize) -> Result<String, Error> {
    Ok(serde_json::to_string_pretty(&sorted(serde_json::to_value(value)?))? + "\n")
}

fn sorted(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<(String, Value)> =
                members.into_iter().map(|(name, value)| (name, sorted(value))).collect();
            members.sort_by(|one, other| one.0.cmp(&other.0));
            Value::Object(members.into_iter().collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routes::groups;

    /// A folder of this test's own, gone with it.
    struct Folder(PathBuf);

    impl Folder {
        fn new(test: &str) -> Self {
            let path = std::env::temp_dir().join(format!("insula-{test}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&path);
            Self(path)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn two(first: &str, second: &str) -> Vec<Document> {
        vec![
            Document { name: "first", text: first.to_owned() },
            Document { name: "second", text: second.to_owned() },
        ]
    }

    #[test]
    fn only_files_that_are_missing_or_differ_are_stale_and_written() {
        let folder = Folder::new("stale");
        assert_eq!(stale(&folder.0, &two("a", "b")).unwrap(), ["first", "second"]);
        assert_eq!(write(&folder.0, &two("a", "b")).unwrap(), ["first", "second"]);
        assert!(stale(&folder.0, &two("a", "b")).unwrap().is_empty());
        assert_eq!(stale(&folder.0, &two("a", "c")).unwrap(), ["second"]);
        assert_eq!(write(&folder.0, &two("a", "c")).unwrap(), ["second"]);
        assert_eq!(fs::read_to_string(folder.0.join("second")).unwrap(), "c");
    }

    #[test]
    fn a_file_that_can_not_be_read_is_an_error_and_not_stale() {
        let folder = Folder::new("unreadable");
        fs::create_dir_all(folder.0.join("first")).unwrap();
        assert!(matches!(stale(&folder.0, &two("a", "b")), Err(Error::File { .. })));
    }

    #[test]
    fn the_same_groups_give_the_same_documents() {
        let once = documents(&groups()).unwrap();
        assert_eq!(once, documents(&groups()).unwrap());
        assert_eq!(once.len(), 3);
        assert!(once.iter().all(|document| document.text.ends_with('\n')));
    }

    #[test]
    fn members_are_in_the_order_of_their_names() {
        let value = serde_json::json!({"b": [{"d": 1, "c": 2}], "a": null});
        assert_eq!(sorted(value).to_string(), r#"{"a":null,"b":[{"c":2,"d":1}]}"#);
    }
}
