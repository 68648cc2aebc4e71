//! Schemathesis in a virtual environment of the task runner's own; the tests start it.

use std::path::PathBuf;

use anyhow::Result;

use crate::python;
use crate::workspace::Workspace;

const VERSION: &str = "4.32.5";

/// Installs Schemathesis unless this version is there, and gives the path of its program.
pub fn ready(workspace: &Workspace) -> Result<PathBuf> {
    let why = "it searches for answers that break the contract";
    let environment = python::environment(workspace, "schemathesis", VERSION, why)?;
    Ok(environment.join("bin/schemathesis"))
}
