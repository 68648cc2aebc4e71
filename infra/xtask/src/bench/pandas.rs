//! pandas in a virtual environment of the task runner's own: what the analysis is compared with.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::process;
use crate::python;
use crate::workspace::Workspace;

const VERSION: &str = "3.1.1";
const SUMMARY: &str = include_str!("pandas_summary.py");

/// A Python that has pandas, and the program for it.
pub struct Pandas {
    python: PathBuf,
    script: PathBuf,
}

impl Pandas {
    /// Installs pandas unless this version is there, and writes the program into the folder.
    pub fn ready(workspace: &Workspace, folder: &Path) -> Result<Self> {
        let environment =
            python::environment(workspace, "pandas", VERSION, "the analysis is compared with it")?;
        let script = folder.join("pandas_summary.py");
        std::fs::write(&script, SUMMARY).with_context(|| format!("cannot write {}", script.display()))?;
        Ok(Self { python: environment.join("bin/python"), script })
    }

    /// Seconds of each run over the file; starting Python and loading pandas are not in them.
    pub fn seconds(&self, file: &Path, runs: usize) -> Result<Vec<f64>> {
        let mut command = Command::new(&self.python);
        let text = process::output(command.arg(&self.script).arg(file).arg(runs.to_string()))?;
        let seconds: Vec<f64> =
            text.lines().map(str::parse).collect::<Result<_, _>>().context("pandas printed no seconds")?;
        if seconds.len() != runs {
            bail!("pandas ran {} times instead of {runs}", seconds.len());
        }
        Ok(seconds)
    }
}
