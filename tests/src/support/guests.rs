//! Applications of test components: ones that misbehave, and a product's own behind the guard.

use std::sync::{Arc, OnceLock};

use insula_host::{Manifest, Program, ProgramOptions, Settings};

use super::app::{App, Options};
use super::program::{load, load_within, repository};

/// The test components, compiled once.
pub fn guests() -> Arc<Program> {
    static PROGRAM: OnceLock<Arc<Program>> = OnceLock::new();
    PROGRAM
        .get_or_init(|| {
            let path = repository().join("tests/guests/spin.toml");
            load(Manifest::read(&path).unwrap_or_else(|error| panic!("{error}")))
        })
        .clone()
}

/// The components of a manifest that stands in a test, as if it were a file of the repository's folder.
#[must_use]
pub fn program_of(manifest: &str) -> Arc<Program> {
    program_within(manifest, ProgramOptions::default().memory_limit_bytes)
}

/// The same with so much memory for an instance.
#[must_use]
pub fn program_within(manifest: &str, memory_limit_bytes: usize) -> Arc<Program> {
    let path = repository().join("guests.toml");
    let manifest = Manifest::parse(&path, manifest).unwrap_or_else(|error| panic!("{error}"));
    load_within(manifest, memory_limit_bytes)
}

impl App {
    /// Starts the components of such a manifest, which need no schema and are in no document.
    #[must_use]
    pub fn of(manifest: &str) -> Self {
        Self::with(Options {
            program: Some(program_of(manifest)),
            migrated: false,
            contract: false,
            ..Options::default()
        })
    }

    /// Starts the test components on a migrated database.
    #[must_use]
    pub fn of_guests(settings: fn(&mut Settings)) -> Self {
        Self::with(Options { program: Some(guests()), settings, contract: false, ..Options::default() })
    }
}
