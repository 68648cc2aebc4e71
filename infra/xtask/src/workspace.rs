//! Where things are: the repository's root and the folders below it that tasks write to.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::process;

/// The checkout that the task runner belongs to.
#[derive(Clone, Debug)]
pub struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// The checkout of the running task runner, wherever it is called from.
    pub fn here() -> Result<Self> {
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = manifest.ancestors().nth(2).context("the task runner is not in infra/xtask")?;
        Ok(Self { root: root.to_owned() })
    }

    /// A checkout at a given place, for tests.
    #[cfg(test)]
    pub fn at(root: PathBuf) -> Self {
        Self { root }
    }

    /// The folder that holds `Cargo.toml`, `spin.toml` and everything else.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The built components. `spin.toml` names this folder, so it does not move with `CARGO_TARGET_DIR`.
    pub fn components(&self) -> PathBuf {
        self.root.join("target/components")
    }

    /// What the task runner keeps for itself: links, stamps, virtual environments.
    pub fn own(&self, name: &str) -> PathBuf {
        self.root.join("target/xtask").join(name)
    }

    /// What cargo knows of the workspace, without its dependencies.
    pub fn metadata(&self) -> Result<Metadata> {
        self.read_metadata(&["--no-deps"])
    }

    /// The same with every package of the dependency graph.
    pub fn metadata_with_dependencies(&self) -> Result<Metadata> {
        self.read_metadata(&[])
    }

    fn read_metadata(&self, more: &[&str]) -> Result<Metadata> {
        let mut command = process::cargo(self);
        command.args(["metadata", "--format-version", "1"]).args(more);
        let text = process::output(&mut command)?;
        Ok(Metadata(serde_json::from_str(&text).context("cargo metadata does not speak JSON")?))
    }
}

/// The answer of `cargo metadata`.
#[derive(Debug)]
pub struct Metadata(pub Value);

impl Metadata {
    /// Every package that was asked for.
    pub fn packages(&self) -> impl Iterator<Item = &Value> {
        self.0["packages"].as_array().into_iter().flatten()
    }

    /// Where cargo puts what it builds.
    pub fn target_folder(&self) -> PathBuf {
        PathBuf::from(self.0["target_directory"].as_str().unwrap_or("target"))
    }
}
