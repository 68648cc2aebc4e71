//! Starting programs: with a clean environment, and with errors that name the command.

use std::ffi::OsString;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::workspace::Workspace;

/// What `cargo run` sets for the program it starts. It describes the task runner's own package and would
/// describe that package to whatever the task runner starts. A person's settings (`CARGO_HOME`,
/// `CARGO_TARGET_DIR`, `CARGO_HTTP_…`) are not among them and reach every cargo.
const LEFT_BY_CARGO_RUN: [&str; 8] = [
    "CARGO_MANIFEST_",
    "CARGO_PKG_",
    "CARGO_BIN_",
    "CARGO_CRATE_NAME",
    "CARGO_PRIMARY_PACKAGE",
    "CARGO_FEATURE_",
    "CARGO_CFG_",
    "OUT_DIR",
];

/// What chooses a compiler: for a cargo that brings its own, none of it may remain.
const CHOOSES_A_COMPILER: [&str; 10] = [
    "CARGO",
    "CARGO_BUILD_RUSTC",
    "CARGO_ENCODED_RUSTFLAGS",
    "LD_LIBRARY_PATH",
    "RUSTC",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTDOC",
    "RUSTFLAGS",
    "RUSTUP_TOOLCHAIN",
    "RUST_RECURSION_COUNT",
];

/// The cargo that started the task runner, at the repository's root.
pub fn cargo(workspace: &Workspace) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(workspace.root());
    for name in left_by_cargo_run(std::env::vars_os().map(|(name, _)| name)) {
        command.env_remove(name);
    }
    command
}

/// Another cargo, at the repository's root: nothing of the one that started the task runner remains.
pub fn foreign_cargo(workspace: &Workspace, cargo: &str) -> Command {
    let mut command = Command::new(cargo);
    command.current_dir(workspace.root());
    for name in left_by_cargo_run(std::env::vars_os().map(|(name, _)| name)) {
        command.env_remove(name);
    }
    for name in CHOOSES_A_COMPILER {
        command.env_remove(name);
    }
    command
}

fn left_by_cargo_run(all: impl Iterator<Item = OsString>) -> Vec<OsString> {
    all.filter(|name| {
        let name = name.to_string_lossy();
        LEFT_BY_CARGO_RUN.iter().any(|prefix| name.starts_with(prefix))
    })
    .collect()
}

/// Runs to the end with its output shown; anything but success is an error.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start `{}`", shown(command)))?;
    if !status.success() {
        bail!("`{}` ended with {status}", shown(command));
    }
    Ok(())
}

/// Runs to the end and gives what it wrote to standard output; its error output is part of the error.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start `{}`", shown(command)))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("`{}` ended with {}\n{}", shown(command), output.status, said.trim_end());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether it can be started and succeeds; what it says is not shown.
pub fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// The command as one would type it, without a password that stands in a URL.
pub fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| without_password(&word.to_string_lossy())).collect::<Vec<_>>().join(" ")
}

fn without_password(word: &str) -> String {
    let Some((scheme, rest)) = word.split_once("://") else { return word.to_owned() };
    let authority = rest.split('/').next().unwrap_or(rest);
    match authority.rsplit_once('@') {
        Some((login, host)) if login.contains(':') => {
            let name = login.split(':').next().unwrap_or_default();
            format!("{scheme}://{name}:…@{host}{}", &rest[authority.len()..])
        }
        _ => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cargo_run_sets_is_dropped_and_what_a_person_sets_is_kept() {
        let names = ["CARGO_PKG_NAME", "CARGO_MANIFEST_DIR", "CARGO_TARGET_DIR", "CARGO_HTTP_PROXY", "PATH"];
        let dropped = left_by_cargo_run(names.into_iter().map(OsString::from));
        assert_eq!(dropped, ["CARGO_PKG_NAME", "CARGO_MANIFEST_DIR"]);
    }

    /// Protects the operator, whose terminal and build log would otherwise show the password.
    #[test]
    fn a_password_in_a_url_is_not_shown() {
        let mut command = Command::new("insula");
        command.args(["--database-url", "postgresql://ada:s3cret@db.example:5432/insula"]);
        assert_eq!(shown(&command), "insula --database-url postgresql://ada:…@db.example:5432/insula");
    }
}
