//! `cargo xtask docs`: writes the generated documents anew, or says whether they are up to date.

use std::process::Command;

use anyhow::Result;

use crate::arguments::Arguments;
use crate::workspace::Workspace;
use crate::{build, process};

/// The command.
pub fn run(workspace: &Workspace, mut arguments: Arguments) -> Result<()> {
    let only_check = arguments.flag("--check");
    arguments.finish()?;
    if only_check { check(workspace) } else { generate(workspace, &[]) }
}

/// Fails when a generated document differs from what would be generated now.
pub fn check(workspace: &Workspace) -> Result<()> {
    generate(workspace, &["--check"])
}

fn generate(workspace: &Workspace, more: &[&str]) -> Result<()> {
    build::native(workspace)?;
    let program = workspace.metadata()?.target_folder().join("release/docs");
    process::run(Command::new(program).current_dir(workspace.root()).args(more))
}
