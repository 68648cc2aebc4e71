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

/// What a component may ask of the runtime that it will run in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instructions {
    /// What every runtime of components has.
    Common,
    /// The multiplication of 64 by 64 bits as well (the wide-arithmetic proposal), with which public-key cryptography
    /// takes a quarter of its time. The embedded host has it; elsewhere such a component may not load.
    Wide,
}

impl Instructions {
    fn features(self) -> &'static str {
        match self {
            Self::Common => "-C target-feature=+simd128",
            // The compiler warns in each crate that the instructions are new; what else there is to warn of, the other
            // build has said.
            Self::Wide => "-C target-feature=+simd128,+wide-arithmetic -A warnings",
        }
    }
}

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
    pub fn build(self, workspace: &Workspace, instructions: Instructions) -> Result<Command> {
        let mut command = self.cargo(workspace, instructions)?;
        command.arg("build");
        self.add_target(workspace, &mut command, instructions)?;
        Ok(command)
    }

    /// `cargo clippy` for the target; packages and lints are for the caller to add.
    pub fn clippy(self, workspace: &Workspace) -> Result<Command> {
        let common = Instructions::Common;
        let mut command = match self {
            Self::Rustup => rustup::cargo(workspace, common),
            Self::Debian => debian::clippy(workspace, common)?,
        };
        command.arg("clippy");
        self.add_target(workspace, &mut command, common)?;
        Ok(command)
    }

    fn cargo(self, workspace: &Workspace, instructions: Instructions) -> Result<Command> {
        match self {
            Self::Rustup => Ok(rustup::cargo(workspace, instructions)),
            Self::Debian => debian::cargo(workspace, instructions),
        }
    }

    fn add_target(
        self,
        workspace: &Workspace,
        command: &mut Command,
        instructions: Instructions,
    ) -> Result<()> {
        command.args(["--profile", "wasm", "--target", TARGET]);
        match self {
            Self::Rustup => {}
            Self::Debian => _ = command.arg("-Zbuild-std=std,panic_abort"),
        }
        command.arg("--target-dir").arg(self.target_folder(workspace, instructions)?);
        Ok(())
    }

    /// A target folder of its own for each compiler: two compilers in one folder discard each other's
    /// notes on every call. And one for each set of instructions, since the modules have the same names.
    fn target_folder(self, workspace: &Workspace, instructions: Instructions) -> Result<PathBuf> {
        let name = match (self, instructions) {
            (Self::Rustup, Instructions::Common) => "wasm-rustup",
            (Self::Rustup, Instructions::Wide) => "wasm-rustup-wide",
            (Self::Debian, Instructions::Common) => "wasm-debian",
            (Self::Debian, Instructions::Wide) => "wasm-debian-wide",
        };
        Ok(workspace.metadata()?.target_folder().join(name))
    }

    /// Where `cargo build` leaves the modules.
    pub fn output(self, workspace: &Workspace, instructions: Instructions) -> Result<PathBuf> {
        Ok(self.target_folder(workspace, instructions)?.join(TARGET).join("wasm"))
    }

    /// The compiler's version, for the first line of a build.
    pub fn version(self, workspace: &Workspace) -> Result<String> {
        let mut command = self.cargo(workspace, Instructions::Common)?;
        Ok(process::output(command.arg("--version"))?.trim().to_owned())
    }
}
