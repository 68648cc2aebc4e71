//! Programs written in Python: each in a virtual environment of the task runner's own, from PyPI.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::install::{self, Package};
use crate::process;
use crate::workspace::Workspace;

const PYTHON: &str = "/usr/bin/python3";

/// Without the second, `venv` is there but cannot make anything; no fixed path shows whether it is installed.
const PACKAGES: [Package; 2] = [
    Package { name: "python3", proof: PYTHON, why: "a tool from PyPI is written in it" },
    Package {
        name: "python3-venv",
        proof: PYTHON,
        why: "keeps tools from PyPI apart from the system's packages",
    },
];

/// Installs a package of PyPI unless this version is there, and gives the folder of its environment.
pub fn environment(workspace: &Workspace, package: &str, version: &str, why: &str) -> Result<PathBuf> {
    let folder = workspace.own("venv").join(format!("{package}-{version}"));
    // Written at the end: an installation that was interrupted is not taken for a whole one.
    let complete = folder.join("complete");
    if complete.is_file() {
        return Ok(folder);
    }
    if !process::succeeds(Command::new(PYTHON).args(["-c", "import ensurepip, venv"])) {
        install::debian_whatever_is_there(&PACKAGES)?;
    }
    eprintln!("installing {package} {version} from PyPI: {why}");
    process::run(Command::new(PYTHON).args(["-m", "venv", "--clear"]).arg(&folder))?;
    let mut install = Command::new(folder.join("bin/python"));
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
    process::run(install.arg(format!("{package}=={version}")))?;
    std::fs::write(&complete, "")?;
    Ok(folder)
}
