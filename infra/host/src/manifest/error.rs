//! Why a manifest was refused: always with the file, and with the line wherever there is one.

use std::path::PathBuf;

/// A manifest that cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file could not be read at all.
    #[error("cannot read the manifest {}: {source}", path.display())]
    Unreadable {
        /// The file that was asked for.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// Something on one line is wrong, or is nothing that this host implements.
    #[error("{}:{line}: {refusal}", path.display())]
    Refused {
        /// The manifest.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong there.
        refusal: Refusal,
    },
}

impl Error {
    /// The line that the error is about, when it is about one.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        match self {
            Self::Unreadable { .. } => None,
            Self::Refused { line, .. } => Some(*line),
        }
    }
}

/// What is wrong on a line of the manifest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not TOML.
    #[error("not valid TOML: {0}")]
    Syntax(String),
    /// A key that Spin's manifest does not have.
    #[error("{table} has the unknown key `{key}`")]
    UnknownKey {
        /// Where, as it is written in the manifest.
        table: String,
        /// The key.
        key: String,
    },
    /// Something that Spin has and this host does not.
    #[error("{table}: `{key}` is not implemented by the embedded host; {instead}")]
    NotImplemented {
        /// Where, as it is written in the manifest.
        table: String,
        /// The key, or the key and its value.
        key: String,
        /// What to do about it.
        instead: &'static str,
    },
    /// A key that has to be there is not.
    #[error("{table} needs the key `{key}`")]
    Missing {
        /// Where, as it is written in the manifest.
        table: String,
        /// The key.
        key: &'static str,
    },
    /// A value of another type than the key takes.
    #[error("{table}: `{key}` must be {expected}, not {found}")]
    WrongType {
        /// Where, as it is written in the manifest.
        table: String,
        /// The key.
        key: String,
        /// What the key takes.
        expected: &'static str,
        /// What it was given.
        found: &'static str,
    },
    /// A value that cannot mean anything.
    #[error("{table}: `{key}`: {reason}")]
    Invalid {
        /// Where, as it is written in the manifest.
        table: String,
        /// The key.
        key: String,
        /// Why.
        reason: String,
    },
}
