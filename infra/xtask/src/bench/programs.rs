//! What is measured: the host, and what native code does of the same work. Both are built alike.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::workspace::Workspace;
use crate::{build, report};

const HOST: &str = "insula";
const FLOOR: &str = "insula-floor";

/// Two programs.
pub struct Programs {
    /// Serves components.
    pub host: PathBuf,
    /// Serves a constant, hashes passwords: without components.
    pub floor: PathBuf,
    /// The profile that they were built with, if they were built here.
    pub profile: Option<String>,
}

impl Programs {
    /// Builds the components and both programs.
    pub fn build(workspace: &Workspace, profile: &str) -> Result<Self> {
        build::components(workspace)?;
        let host = build::host(workspace, profile)?;
        let floor = report::step(&format!("comparator ({profile})"), || {
            build::program(workspace, profile, FLOOR, FLOOR)
        })?;
        Ok(Self { host, floor, profile: Some(profile.to_owned()) })
    }

    /// Takes both from a folder, and the components as they are.
    pub fn built(folder: &Path) -> Result<Self> {
        let (host, floor) = (folder.join(HOST), folder.join(FLOOR));
        if let Some(absent) = [&host, &floor].into_iter().find(|program| !program.is_file()) {
            bail!("there is no {}", absent.display());
        }
        Ok(Self { host, floor, profile: None })
    }
}
