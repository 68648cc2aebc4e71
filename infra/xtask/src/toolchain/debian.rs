//! Debian's way: `rustc-web` builds the standard library from its sources, with wasi-libc and LLVM's linker.

use std::ffi::OsString;
use std::io::ErrorKind;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::Instructions;
use crate::install::{self, Package};
use crate::process;
use crate::workspace::Workspace;

const CARGO: &str = "/usr/bin/cargo";
const RUSTC: &str = "/usr/bin/rustc";
const CLIPPY: &str = "/usr/bin/cargo-clippy";
const LINKER: &str = "/usr/bin/wasm-ld-22";

/// Debian also has an older compiler under the same path; this and newer ones know the workspace's edition
/// and the target.
const OLDEST_MINOR: u32 = 95;

/// Where the libraries of wasi-libc are.
const LIBRARIES: &str = "-L native=/usr/lib/wasm32-wasi";

const PACKAGES: [Package; 5] = [
    Package { name: "rustc-web", proof: RUSTC, why: "compiles components to WebAssembly" },
    Package { name: "cargo-web", proof: CARGO, why: "the build tool of that compiler" },
    Package {
        name: "rust-web-src",
        proof: "/usr/lib/rustlib/src/rust/library/std",
        why: "the standard library, built for wasm32-wasip2",
    },
    Package { name: "wasi-libc", proof: "/usr/lib/wasm32-wasi/libc.a", why: "the C library below it" },
    Package { name: "lld-22", proof: LINKER, why: "links WebAssembly" },
];

const CLIPPY_PACKAGE: Package =
    Package { name: "rust-web-clippy", proof: CLIPPY, why: "lints components as they are compiled" };

const COMPONENT_LINKER: &str = "wasm-component-ld";
const COMPONENT_LINKER_VERSION: &str = "0.5.31";

/// Whether everything is there and current, without installing anything.
pub fn complete() -> bool {
    PACKAGES.iter().all(Package::present) && recent().is_ok() && install::program(COMPONENT_LINKER).is_some()
}

/// Installs what is missing and links the linkers under the names by which the compiler calls them.
pub fn prepare(workspace: &Workspace) -> Result<()> {
    // An older compiler at the same path is replaced by name, so the proof alone does not decide.
    if recent().is_ok() {
        install::debian(&PACKAGES)?;
    } else {
        install::debian_whatever_is_there(&PACKAGES)?;
    }
    recent()?;
    install::from_crates_io(
        workspace,
        COMPONENT_LINKER,
        COMPONENT_LINKER_VERSION,
        "turns a linked module into a component",
        &[],
    )?;
    let folder = links(workspace);
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    for name in ["rust-lld", "wasm-ld"] {
        link(Path::new(LINKER), &folder.join(name))?;
    }
    Ok(())
}

/// Installs clippy for this compiler.
pub fn prepare_clippy() -> Result<()> {
    install::debian(&[CLIPPY_PACKAGE])
}

/// Debian's cargo with Debian's compiler, whatever else is on PATH.
pub fn cargo(workspace: &Workspace, instructions: Instructions) -> Result<Command> {
    let mut command = process::foreign_cargo(workspace, CARGO);
    set_up(&mut command, workspace, instructions)?;
    Ok(command)
}

/// Debian's clippy. Called by its path, because cargo looks into its own home first and would find rustup's.
pub fn clippy(workspace: &Workspace, instructions: Instructions) -> Result<Command> {
    let mut command = process::foreign_cargo(workspace, CLIPPY);
    set_up(&mut command, workspace, instructions)?;
    command.env("CARGO", CARGO);
    Ok(command)
}

fn set_up(command: &mut Command, workspace: &Workspace, instructions: Instructions) -> Result<()> {
    command
        .env("PATH", path(workspace)?)
        .env("RUSTC", RUSTC)
        .env("RUSTFLAGS", format!("{LIBRARIES} {}", instructions.features()))
        // Building the standard library is an unstable option of cargo; this lets a stable one do it.
        .env("RUSTC_BOOTSTRAP", "1");
    Ok(())
}

fn path(workspace: &Workspace) -> Result<OsString> {
    let before = std::env::var_os("PATH").unwrap_or_default();
    let linker = install::program(COMPONENT_LINKER);
    let beside = linker.as_deref().and_then(Path::parent).map(Path::to_owned);
    let folders = std::iter::once(links(workspace)).chain(beside).chain(std::env::split_paths(&before));
    std::env::join_paths(folders).context("PATH cannot be extended")
}

fn links(workspace: &Workspace) -> PathBuf {
    workspace.own("bin")
}

fn link(to: &Path, at: &Path) -> Result<()> {
    if std::fs::read_link(at).is_ok_and(|present| present == to) {
        return Ok(());
    }
    match std::fs::remove_file(at) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            return Err(error).with_context(|| format!("cannot replace {}", at.display()));
        }
        _ => {}
    }
    symlink(to, at).with_context(|| format!("cannot link {}", at.display()))
}

/// Refuses a compiler that is too old, with the versions in the message.
fn recent() -> Result<()> {
    for program in [CARGO, RUSTC] {
        let version = process::output(Command::new(program).arg("--version").env_remove("LD_LIBRARY_PATH"))?;
        if minor(&version).is_none_or(|minor| minor < OLDEST_MINOR) {
            bail!("{program} is `{}`, but 1.{OLDEST_MINOR} or newer is needed", version.trim());
        }
    }
    Ok(())
}

fn minor(version: &str) -> Option<u32> {
    version.split_whitespace().nth(1)?.strip_prefix("1.")?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_minor_version_is_read_from_what_the_compiler_says() {
        assert_eq!(minor("cargo 1.96.0 (30a34c682 2026-05-25) (built from a source tarball)"), Some(96));
        assert_eq!(minor("rustc 1.85.0"), Some(85));
        assert_eq!(minor("something else"), None);
    }
}
