//! Relative links and paths in the documents lead somewhere.
//!
//! Checked in every `.md` file: the targets of links and images (also the heading after `#`), and paths in
//! `code spans` that begin with a folder or file of the repository's root. What holds a `*`, `<`, `{` or
//! `…` is a pattern and not a path; fenced blocks are commands and are run by the tests instead.

mod markdown;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::workspace::Workspace;
use markdown::Mention;

/// Folders that hold no documents of ours.
const NOT_OURS: [&str; 5] = ["target", ".git", ".insula", "node_modules", "deps"];

/// Fails when a document leads nowhere, and names every such place.
pub fn check(workspace: &Workspace) -> Result<()> {
    let root = workspace.root();
    let top = entries(root)?;
    let mut documents = Vec::new();
    collect(root, &mut documents)?;
    let mut wrong = Vec::new();
    for document in &documents {
        let text = std::fs::read_to_string(document).with_context(|| document.display().to_string())?;
        for (line, mention) in markdown::mentions(&text) {
            if let Some(problem) = problem(root, &top, document, &mention) {
                let document = document.strip_prefix(root).unwrap_or(document);
                wrong.push(format!("{}:{line}: {problem}", document.display()));
            }
        }
    }
    if !wrong.is_empty() {
        bail!("{}", wrong.join("\n"));
    }
    Ok(())
}

fn problem(root: &Path, top: &BTreeSet<String>, document: &Path, mention: &Mention) -> Option<String> {
    let folder = document.parent().unwrap_or(root);
    match mention {
        Mention::Link(link) => {
            let (path, heading) =
                link.split_once('#').map_or((link.as_str(), None), |(path, id)| (path, Some(id)));
            let target = match path.strip_prefix('/') {
                Some(from_root) => root.join(from_root),
                None if path.is_empty() => document.to_owned(),
                None => folder.join(path),
            };
            if !target.exists() {
                return Some(format!("the link `{link}` leads nowhere"));
            }
            let heading =
                heading.filter(|_| target.extension().is_some_and(|extension| extension == "md"))?;
            let known = std::fs::read_to_string(&target)
                .is_ok_and(|text| markdown::headings(&text).contains(heading));
            (!known).then(|| format!("the link `{link}` leads to no heading"))
        }
        Mention::Path(path) => {
            let first = path.split('/').next().unwrap_or_default();
            let about_this_repository = top.contains(first) || first == "." || first == "..";
            let exists = folder.join(path).exists() || root.join(path).exists();
            (about_this_repository && !exists).then(|| format!("there is no `{path}`"))
        }
    }
}

/// The names in the root that a path can begin with. What is built or stored there comes and goes.
fn entries(root: &Path) -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for entry in std::fs::read_dir(root)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if !NOT_OURS.contains(&name.as_str()) {
            names.insert(name);
        }
    }
    Ok(names)
}

fn collect(folder: &Path, documents: &mut Vec<PathBuf>) -> Result<()> {
    let mut inside: Vec<_> = std::fs::read_dir(folder)?.collect::<std::io::Result<_>>()?;
    inside.sort_by_key(std::fs::DirEntry::file_name);
    for entry in inside {
        let path = entry.path();
        let ours = !NOT_OURS.iter().any(|name| entry.file_name() == *name);
        if entry.file_type()?.is_dir() && ours {
            collect(&path, documents)?;
        } else if path.extension().is_some_and(|extension| extension == "md") {
            documents.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(text: &str) -> Result<()> {
        use std::sync::atomic::{AtomicU32, Ordering};
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("insula-links-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let root = std::env::temp_dir().join(name);
        std::fs::create_dir_all(root.join("components/auth")).unwrap();
        std::fs::write(root.join("components/README.md"), "# The map\n\n## What it *may* do\n").unwrap();
        std::fs::write(root.join("README.md"), text).unwrap();
        let outcome = check(&Workspace::at(root.clone()));
        std::fs::remove_dir_all(root).unwrap();
        outcome
    }

    #[test]
    fn what_exists_or_is_elsewhere_is_accepted() {
        checked("[map](components/README.md#what-it-may-do) [web](https://example.com/x) `components/auth`")
            .unwrap();
        checked("`components/<group>/src` and `/api/v1/usage` and `application/json`").unwrap();
        checked("```\ncat components/gone.md [x](gone.md)\n```\n").unwrap();
    }

    #[test]
    fn a_dead_link_path_or_heading_is_refused_with_its_line() {
        let error = checked("one\n[map](components/gone.md)").unwrap_err().to_string();
        assert!(error.starts_with("README.md:2: "), "{error}");
        assert!(checked("[map](components/README.md#gone)").is_err());
        assert!(checked("see `components/gone/src/lib.rs`").is_err());
        assert!(checked("[id]: components/gone.md").is_err());
    }
}
