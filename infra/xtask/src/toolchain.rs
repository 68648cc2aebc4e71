//! A compiler for WebAssembly: rustup's target where it can be had, Debian's packages where not.
//!
//! | Way      | What it needs                                                                    |
//! |----------|----------------------------------------------------------------------------------|
//! | [`rustup`] | the target `wasm32-wasip2`, which brings its standard library and its linker   |
//! | [`debian`] | `rustc-web` and its kin, which build the standard library from its sources     |
//!
//! What is already there is taken; otherwise rustup is asked first, because it is one download, and
//! Debian's packages are installed when rustup cannot (a mirror of package registries only).

mod debian;
mod rustup;

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use crate::process;
use crate::workspace::Workspace;

/// The target every component is built for.
const TARGET: &str = "wasm32-wasip2";

/// Chooses the way by hand; for those who have both, and for the tests of this runner.
const CHOICE: &str = "INSULA_WASM_TOOLCHAIN";

/// A compiler for WebAssembly that is installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Toolchain {
    /// The target of the toolchain that also builds the host.
    Rustup,
    /// A second, complete compiler under `/usr/bin`.
    Debian,
}

impl Toolchain {
    /// Finds one, or installs one and says so.
    pub fn ready(workspace: &Workspace) -> Result<Self> {
        let toolchain = Self::choose()?;
        match toolchain {
            Self::Rustup => {}
            Self::Debian => debian::prepare(workspace)?,
        }
        Ok(toolchain)
    }

    fn choose() -> Result<Self> {
        match std::env::var(CHOICE).ok().as_deref() {
            Some("rustup") if rustup::present() || rustup::install() => return Ok(Self::Rustup),
            Some("rustup") => bail!("{CHOICE}=rustup, but rustup cannot install the target {TARGET}"),
            Some("debian") => return Ok(Self::Debian),
            Some(other) => bail!("{CHOICE}={other}: it can be `rustup` or `debian`"),
            None => {}
        }
        if rustup::present() {
            return Ok(Self::Rustup);
        }
        if debian::complete() || !rustup::install() {
            return Ok(Self::Debian);
        }
        Ok(Self::Rustup)
    }

    /// Makes sure that clippy is there for this compiler.
    pub fn ready_for_lints(workspace: &Workspace) -> Result<Self> {
        let toolchain = Self::ready(workspace)?;
        match toolchain {
            Self::Rustup => {}
            Self::Debian => debian::prepare_clippy()?,
        }
        Ok(toolchain)
    }

    /// `cargo build` for the target; packages are for the caller to add.
    pub fn build(self, workspace: &Workspace) -> Result<Command> {
        let mut command = match self {
            Self::Rustup => rustup::cargo(workspace),
            Self::Debian => debian::cargo(workspace)?,
        };
        command.arg("build");
        self.add_target(workspace, &mut command)?;
        Ok(command)
    }

    /// `cargo clippy` for the target; packages and lints are for the caller to add.
    pub fn clippy(self, workspace: &Workspace) -> Result<Command> {
        let mut command = match self {
            Self::Rustup => rustup::cargo(workspace),
            Self::Debian => debian::clippy(workspace)?,
        };
        command.arg("clippy");
        self.add_target(workspace, &mut command)?;
        Ok(command)
    }

    fn add_target(self, workspace: &Workspace, command: &mut Command) -> Result<()> {
        command.args(["--profile", "wasm", "--target", TARGET]);
        match self {
            Self::Rustup => {}
            Self::Debian => _ = command.arg("-Zbuild-std=std,panic_abort"),
        }
        command.arg("--target-dir").arg(self.target_folder(workspace)?);
        Ok(())
    }

    /// A target folder of its own for each compiler: two compilers in one folder discard each other's
    /// notes on every call.
    fn target_folder(self, workspace: &Workspace) -> Result<PathBuf> {
        let name = match self {
            Self::Rustup => "wasm-rustup",
            Self::Debian => "wasm-debian",
        };
        Ok(workspace.metadata()?.target_folder().join(name))
    }

    /// Where `cargo build` leaves the modules.
    pub fn output(self, workspace: &Workspace) -> Result<PathBuf> {
        Ok(self.target_folder(workspace)?.join(TARGET).join("wasm"))
    }

    /// The compiler's version, for the first line of a build.
    pub fn version(self, workspace: &Workspace) -> Result<String> {
        let mut command = match self {
            Self::Rustup => rustup::cargo(workspace),
            Self::Debian => debian::cargo(workspace)?,
        };
        Ok(process::output(command.arg("--version"))?.trim().to_owned())
    }
}
