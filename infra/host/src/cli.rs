//! The command line.

mod options;
mod serve;

pub(crate) use options::{Cli, Command};
pub(crate) use serve::serve;
