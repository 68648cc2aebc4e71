//! The command line.

mod files;
mod audit;
mod options;
mod public_url;
mod serve;

pub(crate) use audit::verify;
pub(crate) use options::{AuditCommand, Cli, Command};
pub(crate) use serve::serve;
