//! `cargo xtask docs`: writes the generated documents anew, or says whether they are up to date.

use anyhow::Result;

use crate::arguments::Arguments;
use crate::process;
use crate::workspace::Workspace;

/// The command.
pub fn run(workspace: &Workspace, mut arguments: Arguments) -> Result<()> {
    let only_check = arguments.flag("--check");
    arguments.finish()?;
    if only_check { check(workspace) } else { generate(workspace, &[]) }
}

/// Fails when a generated document differs from what would be generated now.
pub fn check(workspace: &Workspace) -> Result<()> {
    generate(workspace, &["--", "--check"])
}

fn generate(workspace: &Workspace, more: &[&str]) -> Result<()> {
    let mut command = process::cargo(workspace);
    command.args(["run", "--release", "--quiet", "--package", "insula-tests", "--bin", "docs"]).args(more);
    process::run(&mut command)
}
