//! Why the host did not start, or stopped: each names what a person has to look at.

use std::path::PathBuf;

use crate::http::allowed_hosts::AllowedHostError;
use crate::manifest::{self, TemplateError};

/// Everything that keeps an application from being served.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The manifest was refused.
    #[error(transparent)]
    Manifest(#[from] manifest::Error),
    /// A component has not been built.
    #[error("the component `{component}` is not at {}; build it with `cargo xtask build`", path.display())]
    ComponentMissing {
        /// The component or dependency.
        component: String,
        /// Where it should be.
        path: PathBuf,
    },
    /// A component's file could not be read.
    #[error("cannot read the component `{component}` at {}: {source}", path.display())]
    ComponentUnreadable {
        /// The component or dependency.
        component: String,
        /// Where it is.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A dependency or middleware uses what it does not inherit.
    #[error(
        "the component `{component}` gives `{dependency}` no `{capability}`, but it imports {import}; \
         add \"{capability}\" to its inherit_configuration"
    )]
    Denied {
        /// The component.
        component: String,
        /// The dependency or middleware.
        dependency: String,
        /// The capability's name in the manifest.
        capability: &'static str,
        /// The import that needs it.
        import: String,
    },
    /// The parts of a component do not fit together.
    #[error("the component `{component}` cannot be composed: {reason}")]
    Composition {
        /// The component.
        component: String,
        /// What does not fit.
        reason: String,
    },
    /// A component does not compile.
    #[error("the component `{component}` cannot be compiled: {reason}")]
    Compilation {
        /// The component.
        component: String,
        /// What the compiler said.
        reason: String,
    },
    /// A component imports what this host does not have, or exports no handler.
    #[error("the component `{component}` cannot be linked: {reason}")]
    Linking {
        /// The component.
        component: String,
        /// Which import or export is missing.
        reason: String,
    },
    /// The engine could not be set up.
    #[error("the WebAssembly engine cannot be set up: {0}")]
    Engine(String),
    /// A variable that the application needs has no value.
    #[error(
        "the variable `{name}` is required and has no value; set SPIN_VARIABLE_{}",
        name.to_ascii_uppercase()
    )]
    MissingVariable {
        /// The variable.
        name: String,
    },
    /// The value of a variable says nothing. Without the value: what a variable holds may be a secret.
    #[error(
        "the variable `{name}` cannot be read: write {expected}, in SPIN_VARIABLE_{} or as --variable {name}=…",
        name.to_ascii_uppercase()
    )]
    UnreadableVariable {
        /// The variable.
        name: &'static str,
        /// What to write.
        expected: &'static str,
    },
    /// A value was given for a variable that the application does not have.
    #[error("the manifest has no variable `{name}`")]
    UnknownVariable {
        /// The variable.
        name: String,
    },
    /// A template in a component's configuration has no value.
    #[error("the configuration of the component `{component}` (line {line}): {source}")]
    Template {
        /// The component.
        component: String,
        /// The line in the manifest.
        line: usize,
        /// What is missing.
        source: TemplateError,
    },
    /// An entry of `allowed_outbound_hosts` means nothing.
    #[error("allowed_outbound_hosts of the component `{component}` (line {line}): {source}")]
    AllowedHost {
        /// The component.
        component: String,
        /// The line in the manifest.
        line: usize,
        /// What is wrong with it.
        source: AllowedHostError,
    },
    /// The state folder or a file in it could not be used.
    #[error("cannot use {}: {source}", path.display())]
    State {
        /// The folder or file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A file of the state folder holds something else than it should.
    #[error("{} is not {expected}", path.display())]
    StateContent {
        /// The file.
        path: PathBuf,
        /// What it should hold.
        expected: &'static str,
    },
    /// The master key was exchanged before, and the one of then is still kept.
    #[error(
        "the master key was exchanged before: remove {} once POST /internal/master-key/rewrap says that nothing is left",
        path.display()
    )]
    MasterKeyKept {
        /// The file of the key before.
        path: PathBuf,
    },
    /// A database could not be reached.
    #[error("the database at {address} cannot be reached: {reason}")]
    DatabaseUnreachable {
        /// Host and port, or the file.
        address: String,
        /// What went wrong.
        reason: String,
    },
    /// The address of a database is not one.
    #[error("the database URL is not valid: {reason}")]
    DatabaseUrl {
        /// What is wrong; never the URL, which has a password in it.
        reason: String,
    },
    /// The application did not migrate its database.
    #[error("the database was not migrated: the application answered {status}{}", detail_of(detail.as_deref()))]
    Migration {
        /// The status of the answer.
        status: u16,
        /// What the application said about it.
        detail: Option<String>,
    },
    /// The address is in use.
    #[error("{address} is already in use; stop what listens there or choose another with --listen")]
    AddressInUse {
        /// The address.
        address: String,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: String,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The runtime could not be started.
    #[error("cannot start: {0}")]
    Start(std::io::Error),
}

fn detail_of(detail: Option<&str>) -> String {
    detail.map(|detail| format!(" ({detail})")).unwrap_or_default()
}
