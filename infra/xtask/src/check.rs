//! `cargo xtask check`: everything that can be judged without running the system.

mod licences;

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::arguments::Arguments;
use crate::sql_rules::{self, File};
use crate::toolchain::Toolchain;
use crate::workspace::Workspace;
use crate::{components, docs, links, process, report, wit};

/// How a check that ran ended, when it did not fail.
pub enum Verdict {
    /// All of it was checked.
    Passed,
    /// Passed, but a part was left out, for this reason.
    PassedWithout(String),
}

type Check = fn(&Workspace) -> Result<Verdict>;

/// Quick ones first, so that a slip shows at once.
const CHECKS: [(&str, Check); 9] = [
    ("format", format),
    ("sql", sql),
    ("links", |workspace| links::check(workspace).map(passed)),
    ("wit", |workspace| wit::check(workspace).map(passed)),
    ("licences", licences::check),
    ("clippy", clippy),
    ("clippy-wasm", clippy_for_components),
    ("rustdoc", rustdoc),
    ("docs", |workspace| docs::check(workspace).map(passed)),
];

/// The command: runs all, or those that are named, and fails at the end when any did.
pub fn run(workspace: &Workspace, arguments: Arguments) -> Result<()> {
    let names = arguments.names()?;
    if let Some(unknown) = names.iter().find(|name| !CHECKS.iter().any(|(check, _)| check == name)) {
        let known = CHECKS.map(|(name, _)| name).join(", ");
        bail!("there is no check `{unknown}`; there are {known}");
    }
    let mut rows = Vec::new();
    let mut failed = Vec::new();
    for (name, check) in CHECKS {
        if !names.is_empty() && !names.iter().any(|chosen| chosen == name) {
            continue;
        }
        let outcome = match report::step(name, || check(workspace)) {
            Ok(Verdict::Passed) => "ok".to_owned(),
            Ok(Verdict::PassedWithout(what)) => format!("ok, without {what}"),
            Err(error) => {
                eprintln!("{error:#}");
                failed.push(name);
                "FAILED".to_owned()
            }
        };
        rows.push([name.to_owned(), outcome]);
    }
    println!("\n{}", report::table(["check", "outcome"], &rows));
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    Ok(())
}

fn passed((): ()) -> Verdict {
    Verdict::Passed
}

fn format(workspace: &Workspace) -> Result<Verdict> {
    process::run(process::cargo(workspace).args(["fmt", "--all", "--check"])).map(passed)
}

fn sql(workspace: &Workspace) -> Result<Verdict> {
    let root = workspace.root();
    let mut files = Vec::new();
    for component in std::fs::read_dir(root.join("components"))? {
        let folder = component?.path().join("sql");
        if folder.is_dir() {
            read_sql(root, &folder, &mut files)?;
        }
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    let wrong = sql_rules::check(&files);
    if !wrong.is_empty() {
        bail!("{}", wrong.join("\n"));
    }
    Ok(Verdict::Passed)
}

fn read_sql(root: &Path, folder: &Path, files: &mut Vec<File>) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            read_sql(root, &path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "sql") {
            let text =
                std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            let path = path.strip_prefix(root).unwrap_or(&path).display().to_string();
            files.push(File { path, text });
        }
    }
    Ok(())
}

/// The release profile throughout: its dependencies are compiled for the tests anyway.
fn clippy(workspace: &Workspace) -> Result<Verdict> {
    let mut command = process::cargo(workspace);
    command.args(["clippy", "--release", "--workspace", "--all-targets"]);
    process::run(deny_warnings(&mut command)).map(passed)
}

/// The components as they are built: what stands behind `target_arch = "wasm32"` is linted only here.
fn clippy_for_components(workspace: &Workspace) -> Result<Verdict> {
    let toolchain = Toolchain::ready_for_lints(workspace)?;
    let mut command = toolchain.clippy(workspace)?;
    for component in components::all(workspace)? {
        // Twice for one that is built twice, which cargo does not mind.
        command.args(["--package", &component.package]);
    }
    process::run(deny_warnings(&mut command)).map(passed)
}

fn deny_warnings(command: &mut Command) -> &mut Command {
    command.args(["--", "-D", "warnings"])
}

/// With private items: the module docs are maps for those who work here, and their links lead to such items.
fn rustdoc(workspace: &Workspace) -> Result<Verdict> {
    let mut command = process::cargo(workspace);
    command.args(["doc", "--release", "--workspace", "--no-deps", "--document-private-items"]);
    process::run(command.env("RUSTDOCFLAGS", "-D warnings -A rustdoc::private_intra_doc_links")).map(passed)
}
