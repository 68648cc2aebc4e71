//! `cargo xtask wit`: vendors the WIT packages that the contracts refer to.
//!
//! They are copied from the `spin-sdk` that Cargo.lock names, so that the contracts and the components speak
//! of the same versions. Copied are the packages of [`ROOTS`] and what these refer to in turn, nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::arguments::Arguments;
use crate::workspace::Workspace;

/// What a component of this repository may import from its host or export to it.
const ROOTS: [&str; 7] = [
    "spin:key-value@3.0.0",
    "spin:postgres@4.2.0",
    "spin:redis@3.0.0",
    "spin:sqlite@3.1.0",
    "spin:variables@3.0.0",
    "wasi:config@0.2.0-draft-2024-09-27",
    "wasi:http@0.3.0",
];

/// The crate whose copy is taken.
const SOURCE: &str = "spin-sdk";

/// Path below `wit/deps` to text.
type Files = BTreeMap<PathBuf, String>;

/// The command.
pub fn run(workspace: &Workspace, mut arguments: Arguments) -> Result<()> {
    let only_check = arguments.flag("--check");
    arguments.finish()?;
    if only_check {
        return check(workspace);
    }
    let wanted = wanted(workspace)?;
    let folder = folder(workspace);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).with_context(|| format!("cannot replace {}", folder.display()))?;
    }
    for (path, text) in &wanted {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap_or(&folder))?;
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    println!("wit/deps: {} files", wanted.len());
    Ok(())
}

/// Fails when `wit/deps` is not what [`run`] would write.
pub fn check(workspace: &Workspace) -> Result<()> {
    let wanted = wanted(workspace)?;
    let mut present = Files::new();
    if folder(workspace).exists() {
        read(&folder(workspace), Path::new(""), &mut present)?;
    }
    let all: BTreeSet<&PathBuf> = wanted.keys().chain(present.keys()).collect();
    let differing: Vec<String> = all
        .into_iter()
        .filter(|path| wanted.get(*path) != present.get(*path))
        .map(|path| format!("wit/deps/{}", path.display()))
        .collect();
    if !differing.is_empty() {
        bail!("`cargo xtask wit` would change:\n{}", differing.join("\n"));
    }
    Ok(())
}

fn folder(workspace: &Workspace) -> PathBuf {
    workspace.root().join("wit/deps")
}

fn wanted(workspace: &Workspace) -> Result<Files> {
    let metadata = workspace.metadata_with_dependencies()?;
    let manifest = metadata
        .packages()
        .find(|package| package["name"] == SOURCE)
        .and_then(|package| package["manifest_path"].as_str())
        .with_context(|| format!("no package of the workspace depends on {SOURCE}"))?;
    let deps = Path::new(manifest).with_file_name("wit").join("deps");
    let mut folders = Vec::new();
    for entry in std::fs::read_dir(&deps).with_context(|| format!("cannot read {}", deps.display()))? {
        let name = PathBuf::from(entry?.file_name());
        let mut files = Files::new();
        read(&deps.join(&name), &name, &mut files)?;
        folders.push(files);
    }
    closure(&ROOTS, folders)
}

fn read(folder: &Path, name: &Path, files: &mut Files) -> Result<()> {
    for entry in std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let (path, name) = {
            let entry = entry?;
            (entry.path(), name.join(entry.file_name()))
        };
        if path.is_dir() {
            read(&path, &name, files)?;
        } else {
            let text =
                std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            files.insert(name, text);
        }
    }
    Ok(())
}

/// The files of the roots' packages and of all that they refer to, directly or not.
fn closure(roots: &[&str], folders: Vec<Files>) -> Result<Files> {
    let packages: BTreeMap<String, Files> = folders
        .into_iter()
        .filter_map(|files| Some((files.values().find_map(|text| package(text))?, files)))
        .collect();
    let mut open: Vec<String> = roots.iter().map(|root| (*root).to_owned()).collect();
    let mut taken = BTreeSet::new();
    let mut result = Files::new();
    while let Some(next) = open.pop() {
        if !taken.insert(next.clone()) {
            continue;
        }
        let files = packages.get(&next).with_context(|| format!("{SOURCE} does not bring {next}"))?;
        open.extend(files.values().flat_map(|text| references(text)));
        result.extend(files.iter().map(|(path, text)| (path.clone(), text.clone())));
    }
    Ok(result)
}

/// The name after `package`, `spin:sqlite@3.1.0`.
fn package(text: &str) -> Option<String> {
    code(text)
        .find_map(|line| Some(line.trim().strip_prefix("package ")?.trim_end_matches([';', ' ']).to_owned()))
}

/// The packages of which an interface is named: `wasi:clocks/types@0.3.0` gives `wasi:clocks@0.3.0`.
fn references(text: &str) -> BTreeSet<String> {
    let is_part = |character: char| character.is_ascii_alphanumeric() || ":/@.-".contains(character);
    let mut found = BTreeSet::new();
    for line in code(text) {
        for word in line.split(|character| !is_part(character)) {
            if let Some((name, rest)) = word.split_once('/')
                && let Some((_, version)) = rest.split_once('@')
                && name.contains(':')
            {
                // `use a:b/c@1.0.0.{d}`: the dot before the brace is not of the version.
                found.insert(format!("{name}@{}", version.trim_end_matches('.')));
            }
        }
    }
    found
}

fn code(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(|line| line.split("//").next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str, text: &str) -> Files {
        Files::from([(PathBuf::from(name).join("world.wit"), text.to_owned())])
    }

    #[test]
    fn what_a_package_refers_to_is_taken_along_and_the_rest_is_left() {
        let folders = vec![
            folder("http", "package wasi:http@0.3.0;\n  use wasi:clocks/types@0.3.0.{duration};"),
            folder("clocks", "package wasi:clocks@0.3.0;\n// use wasi:io/poll@0.2.0;"),
            folder("io", "package wasi:io@0.2.0;"),
        ];
        let files = closure(&["wasi:http@0.3.0"], folders).unwrap();
        let paths: Vec<_> = files.keys().map(|path| path.display().to_string()).collect();
        assert_eq!(paths, ["clocks/world.wit", "http/world.wit"]);
    }

    #[test]
    fn a_missing_package_is_named() {
        let error = closure(&["spin:sqlite@3.1.0"], Vec::new()).unwrap_err();
        assert!(error.to_string().contains("spin:sqlite@3.1.0"), "{error}");
    }
}
