//! Whether any source changed since a build, without asking cargo.
//!
//! A second `up` has a second in total, and asking cargo twice takes most of it. The fingerprint is a
//! hash over the path, size and modification time of every source file, so that a deleted or moved
//! file and an older one put in place are seen too. A file rewritten within the same nanosecond with
//! the same size is not.

use std::hash::{DefaultHasher, Hasher as _};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use crate::workspace::Workspace;

/// What a component or the host is built from.
const SOURCES: [&str; 7] =
    ["Cargo.toml", "Cargo.lock", ".cargo", "components", "infra", "tests/guests", "wit"];

/// The fingerprint of everything under [`SOURCES`], as it is now.
pub fn sources(workspace: &Workspace) -> io::Result<String> {
    of(SOURCES.map(|source| workspace.root().join(source)).iter().map(PathBuf::as_path))
}

/// The fingerprint of these files and folders; what does not exist counts as such.
pub fn of<'a>(paths: impl Iterator<Item = &'a Path>) -> io::Result<String> {
    let mut hasher = DefaultHasher::new();
    for path in paths {
        if path.exists() {
            add(&mut hasher, path)?;
        }
    }
    Ok(format!("{:016x}", hasher.finish()))
}

fn add(hasher: &mut DefaultHasher, path: &Path) -> io::Result<()> {
    let facts = std::fs::metadata(path)?;
    hasher.write(path.as_os_str().as_encoded_bytes());
    if facts.is_dir() {
        let mut inside: Vec<_> = std::fs::read_dir(path)?.collect::<io::Result<_>>()?;
        inside.sort_by_key(std::fs::DirEntry::file_name);
        for entry in inside {
            if entry.file_name() != "target" {
                add(hasher, &entry.path())?;
            }
        }
    } else {
        hasher.write_i64(facts.mtime());
        hasher.write_i64(facts.mtime_nsec());
        hasher.write_u64(facts.size());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_an_added_and_a_deleted_file_are_each_seen() {
        let root = std::env::temp_dir().join(format!("insula-fingerprint-{}", std::process::id()));
        std::fs::create_dir_all(root.join("components/a")).unwrap();
        let workspace = Workspace::at(root.clone());
        let file = root.join("components/a/lib.rs");
        std::fs::write(&file, "one").unwrap();
        let first = sources(&workspace).unwrap();
        assert_eq!(sources(&workspace).unwrap(), first);

        std::fs::write(&file, "three").unwrap();
        let changed = sources(&workspace).unwrap();
        assert_ne!(changed, first);
        std::fs::write(root.join("components/a/more.rs"), "").unwrap();
        let added = sources(&workspace).unwrap();
        assert_ne!(added, changed);
        std::fs::remove_file(root.join("components/a/more.rs")).unwrap();
        assert_eq!(sources(&workspace).unwrap(), changed);
        std::fs::remove_dir_all(root).unwrap();
    }
}
