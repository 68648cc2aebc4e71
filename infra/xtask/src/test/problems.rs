//! Whether every kind of problem of the catalogue was met by a test.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use super::totals::Totals;
use crate::workspace::Workspace;

/// Tells the tests where to note down what they meet.
pub const VARIABLE: &str = "INSULA_TEST_PROBLEMS";
const CATALOGUE: &str = "components/ops/generated/problems.json";

/// The folder in which each kind that was met is a file of its name.
pub struct Problems(PathBuf);

impl Problems {
    /// An empty folder.
    pub fn start(workspace: &Workspace) -> Result<Self> {
        let folder = workspace.own("problems");
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.0
    }

    /// Counts the kinds that were met, and names those that were not.
    pub fn finish(&self, workspace: &Workspace) -> Result<Totals> {
        let text = fs::read_to_string(workspace.root().join(CATALOGUE)).context(CATALOGUE)?;
        let all: Vec<serde_json::Value> = serde_json::from_str(&text)?;
        let mut met = BTreeSet::new();
        for entry in fs::read_dir(&self.0)? {
            met.insert(entry?.file_name().to_string_lossy().into_owned());
        }
        let slugs = all.iter().filter_map(|kind| kind["slug"].as_str());
        let missing: Vec<&str> = slugs.filter(|slug| !met.contains(*slug)).collect();
        if !missing.is_empty() {
            bail!("no test meets {}", missing.join(", "));
        }
        Ok(Totals { passed: all.len() as u64, succeeded: true, ..Totals::default() })
    }
}
