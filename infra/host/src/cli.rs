//! The command line.

mod files;
mod options;
mod public_url;
mod serve;

pub(crate) use options::{Cli, Command};
pub(crate) use serve::serve;
