//! The command line.

mod audit;
mod files;
mod options;
mod public_url;
mod serve;

pub(crate) use audit::verify;
pub(crate) use options::{AuditCommand, Cli, Command, MasterKeyCommand};
pub(crate) use serve::serve;
