//! What the dependencies may be: cargo-deny with `deny.toml`.
//!
//! Licences, duplicates and sources need nothing but the lock file. Advisories need a database from the
//! network; where that cannot be fetched they are left out, and the table says so.

use std::process::Command;

use anyhow::{Result, bail};

use super::Verdict;
use crate::install;
use crate::process;
use crate::workspace::Workspace;

const VERSION: &str = "0.20.2";

/// A machine with package registries only must not wait for a database that it cannot reach.
const PATIENCE_SECONDS: &str = "30";

/// Runs cargo-deny, installing it when it is absent.
pub fn check(workspace: &Workspace) -> Result<Verdict> {
    let why = "judges licences, sources and advisories";
    install::from_crates_io(workspace, "cargo-deny", VERSION, why, &["--debug"])?;
    let mut offline = process::cargo(workspace);
    process::run(offline.args(["deny", "--offline", "check", "licenses", "bans", "sources"]))?;
    if !fetched(workspace) {
        return Ok(Verdict::PassedWithout("advisories: their database cannot be fetched here".to_owned()));
    }
    let mut advisories = process::cargo(workspace);
    match process::run(advisories.args(["deny", "--offline", "check", "advisories"])) {
        Ok(()) => Ok(Verdict::Passed),
        Err(error) => bail!("advisories: {error:#}"),
    }
}

fn fetched(workspace: &Workspace) -> bool {
    let cargo = process::cargo(workspace);
    let mut fetch = Command::new("timeout");
    fetch.arg(PATIENCE_SECONDS).arg(cargo.get_program()).args(["deny", "fetch", "db"]);
    process::succeeds(fetch.current_dir(workspace.root()))
}
