//! Installing what a task needs: Debian packages, and programs from crates.io.
//!
//! Nothing is installed silently: each package is named with the reason before the package manager runs.
//! Whoever may not install gets the exact command instead.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::process;
use crate::workspace::Workspace;

/// A Debian package, and a file that shows that it is installed.
#[derive(Clone, Copy, Debug)]
pub struct Package {
    /// As apt knows it.
    pub name: &'static str,
    /// A path that exists when it is installed; looking there is quicker than asking dpkg.
    pub proof: &'static str,
    /// What it is needed for, shown before it is installed.
    pub why: &'static str,
}

impl Package {
    /// Whether it is installed.
    pub fn present(&self) -> bool {
        Path::new(self.proof).exists()
    }
}

/// Installs those that are missing. Quick when none is.
pub fn debian(packages: &[Package]) -> Result<()> {
    let missing: Vec<Package> = packages.iter().filter(|package| !package.present()).copied().collect();
    if missing.is_empty() {
        return Ok(());
    }
    debian_whatever_is_there(&missing)?;
    match missing.iter().find(|package| !package.present()) {
        Some(package) => bail!("{} is installed, but {} is not there", package.name, package.proof),
        None => Ok(()),
    }
}

/// Installs, and so brings up to date, all of them.
pub fn debian_whatever_is_there(packages: &[Package]) -> Result<()> {
    for package in packages {
        eprintln!("installing Debian's {}: {}", package.name, package.why);
    }
    let names: Vec<&str> = packages.iter().map(|package| package.name).collect();
    let Some(mut install) = apt_get() else {
        bail!(
            "not root, and there is no sudo. Please run as root:\n\n    apt-get update && apt-get install -y \
             --no-install-recommends {}\n",
            names.join(" ")
        );
    };
    install.args(["install", "-y", "--no-install-recommends"]).args(&names);
    if process::run(&mut install).is_ok() {
        return Ok(());
    }
    // The usual reason on a fresh machine: it has no package lists yet, or old ones.
    if let Some(mut update) = apt_get() {
        process::run(update.arg("update"))?;
    }
    process::run(&mut install)
}

fn apt_get() -> Option<Command> {
    if is_root() {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive");
        return Some(command);
    }
    program("sudo").map(|sudo| {
        let mut command = Command::new(sudo);
        command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]);
        command
    })
}

/// Whether the task runner may do everything, and must therefore not run PostgreSQL as itself.
pub fn is_root() -> bool {
    process::output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

/// Installs a program from crates.io at a version that is known to work, unless there is one; `--debug` among the options for
/// one that has little to do: it is compiled in a fraction of the time, and is slower.
pub fn from_crates_io(
    workspace: &Workspace,
    name: &str,
    version: &str,
    why: &str,
    options: &[&str],
) -> Result<PathBuf> {
    if let Some(present) = program(name) {
        return Ok(present);
    }
    eprintln!("installing {name} {version} from crates.io: {why}");
    let mut install = process::cargo(workspace);
    install.args(["install", "--locked", name, "--version", version]).args(options);
    install.env("CARGO_PROFILE_DEV_DEBUG", "0");
    process::run(&mut install)?;
    match program(name) {
        Some(installed) => Ok(installed),
        None => bail!("cargo installed {name}, but it is neither on PATH nor in cargo's home"),
    }
}

/// Where a program is: on PATH, or where `cargo install` puts it.
pub fn program(name: &str) -> Option<PathBuf> {
    let cargo_home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(cargo_home.map(|home| home.join("bin")))
        .map(|folder| folder.join(name))
        .find(|candidate| candidate.is_file())
}
