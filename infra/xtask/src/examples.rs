//! The examples in other languages: built into `target/examples`, with what builds them installed when it is missing.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::workspace::Workspace;
use crate::{fingerprint, process, python, report};

/// Makes a component of a Python program, with the interpreter in it.
const COMPONENTIZE: (&str, &str) = ("componentize-py", "0.25.1");

/// The packages that a component which answers HTTP refers to, each after those that it refers to itself.
const WIT: [&str; 6] = ["clocks", "random", "filesystem", "sockets", "cli", "http"];
const WORLD: &str = "wasi:http/service@0.3.0";

/// Builds those that changed.
pub fn build(workspace: &Workspace) -> Result<()> {
    report::step("example in Python", || word_count(workspace))
}

/// `examples/gateway/app.py`. The same source gives other bytes each time, so it is built only when it changed.
fn word_count(workspace: &Workspace) -> Result<()> {
    let root = workspace.root();
    let (source, made) = (root.join("examples/gateway/app.py"), root.join("target/examples/word-count.wasm"));
    let (tool, version) = COMPONENTIZE;
    let sources = fingerprint::of([source.as_path(), &root.join("wit/deps")].into_iter())?;
    let wanted = format!("{tool} {version} {sources}\n");
    let stamp = workspace.own("word-count");
    if made.is_file() && std::fs::read_to_string(&stamp).ok().as_deref() == Some(&*wanted) {
        return Ok(());
    }
    let why = "it makes a component of the example in Python";
    let environment = python::environment(workspace, tool, version, why)?;
    let folder = made.parent().unwrap_or(root);
    std::fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    process::run(&mut componentize(root, &environment.join("bin").join(tool), &made))?;
    std::fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))
}

fn componentize(root: &Path, program: &Path, made: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root).arg("--quiet");
    for package in WIT {
        command.arg("--wit-path").arg(format!("wit/deps/{package}@0.3.0"));
    }
    command.args(["--world", WORLD, "componentize", "app", "--python-path", "examples/gateway"]);
    command.arg("--output").arg(made);
    command
}
