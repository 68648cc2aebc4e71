//! Statements in a loop by `pgbench`, straight at PostgreSQL.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::process;

/// How often a second the scripts are run, one of them after the other, by four connections that stay open.
pub fn pgbench(url: &str, seconds: u32, scripts: &[PathBuf]) -> Result<f64> {
    let mut command = Command::new("pgbench");
    command.args([
        "--no-vacuum",
        "--client=4",
        "--jobs=2",
        "--protocol=prepared",
        &format!("--time={seconds}"),
    ]);
    for script in scripts {
        command.arg("--file").arg(script);
    }
    let said = process::output(command.arg(url))?;
    let rate = said.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
    rate.context("pgbench printed no rate")
}
