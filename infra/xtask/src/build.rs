//! `cargo xtask build`: the components into `target/components`, then the host.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::arguments::Arguments;
use crate::components::{self, Component};
use crate::report;
use crate::toolchain::{Instructions, Toolchain};
use crate::workspace::Workspace;
use crate::{compose, examples, fingerprint, process};

/// No component is larger: what is loaded often must stay small.
const LARGEST_BYTES: u64 = 2_621_440;

/// The command: builds all, or only the components or the examples in other languages.
pub fn run(workspace: &Workspace, mut arguments: Arguments) -> Result<()> {
    let (components_only, examples_only) = (arguments.flag("--components"), arguments.flag("--examples"));
    arguments.finish()?;
    if components_only || examples_only {
        if components_only {
            components(workspace)?;
        }
        return if examples_only { examples::build(workspace) } else { Ok(()) };
    }
    everything(workspace).map(drop)
}

/// Builds what changed and gives the path of the host's binary.
pub fn everything(workspace: &Workspace) -> Result<PathBuf> {
    remembered(workspace, || {
        components(workspace)?;
        host(workspace, "release")
    })
}

/// Remembers what was built from what, for [`up_to_date`].
fn remembered(workspace: &Workspace, build: impl FnOnce() -> Result<PathBuf>) -> Result<PathBuf> {
    // Taken before the build: what is edited meanwhile must count as changed.
    let sources = fingerprint::sources(workspace);
    let host = build()?;
    if let (Ok(sources), Ok(built)) = (sources, built(workspace, &host)) {
        write_atomically(&stamp(workspace), format!("{sources}\n{built}\n{}\n", host.display()).as_bytes())?;
    }
    Ok(host)
}

/// The host's binary, if neither a source nor anything built changed since the last build.
pub fn up_to_date(workspace: &Workspace) -> Option<PathBuf> {
    let stamp = std::fs::read_to_string(stamp(workspace)).ok()?;
    let mut lines = stamp.lines();
    let (sources, built_then, host) = (lines.next()?, lines.next()?, PathBuf::from(lines.next()?));
    let unchanged = fingerprint::sources(workspace).is_ok_and(|now| now == sources)
        && built(workspace, &host).is_ok_and(|now| now == built_then);
    unchanged.then_some(host)
}

fn built(workspace: &Workspace, host: &Path) -> std::io::Result<String> {
    fingerprint::of([workspace.components().as_path(), host].into_iter())
}

/// Builds every component, copies those that changed and reports their sizes.
pub fn components(workspace: &Workspace) -> Result<()> {
    let toolchain = report::step("WebAssembly toolchain", || Toolchain::ready(workspace))?;
    eprintln!("   {}", toolchain.version(workspace)?);
    let components = components::all(workspace)?;
    report::step(&format!("{} components", components.len()), || {
        let mut common = toolchain.build(workspace, Instructions::Common)?;
        let mut wide = toolchain.build(workspace, Instructions::Wide)?;
        for component in &components {
            match component.instructions {
                Instructions::Common => common.args(["--package", &component.package]),
                Instructions::Wide => {
                    let feature = format!("{}/embedded", component.package);
                    wide.args(["--package", &component.package, "--features", &feature])
                }
            };
        }
        process::run(&mut common)?;
        process::run(&mut wide)
    })?;
    let from = |instructions| toolchain.output(workspace, instructions);
    let sizes = copy(&components, from, &workspace.components())?;
    report_sizes(&components, &sizes)
}

/// Builds the host with a profile and gives the path of its binary.
pub fn host(workspace: &Workspace, profile: &str) -> Result<PathBuf> {
    report::step(&format!("host ({profile})"), || program(workspace, profile, "insula-host", "insula"))
}

/// Builds the components, the examples, and every native program as [`test`](crate::test) does: with the whole workspace chosen. Which
/// packages are chosen decides with which features cargo compiles what they depend on, so every command that chooses
/// all of them shares one compilation of each library; wasmtime takes minutes.
pub fn for_tests(workspace: &Workspace) -> Result<()> {
    let built = remembered(workspace, || {
        components(workspace)?;
        examples::build(workspace)?;
        report::step("native programs", || native(workspace))?;
        built_program(workspace, "release", "insula-host", "insula")
    });
    built.map(drop)
}

/// Builds every native program; see [`for_tests`].
pub fn native(workspace: &Workspace) -> Result<()> {
    process::run(process::cargo(workspace).args(["build", "--release", "--workspace", "--bins"]))
}

/// Builds a native package with a profile and gives the path of its program.
pub fn program(workspace: &Workspace, profile: &str, package: &str, name: &str) -> Result<PathBuf> {
    let mut command = process::cargo(workspace);
    process::run(command.args(["build", "--profile", profile, "--package", package]))?;
    built_program(workspace, profile, package, name)
}

fn built_program(workspace: &Workspace, profile: &str, package: &str, name: &str) -> Result<PathBuf> {
    let program = workspace.metadata()?.target_folder().join(profile).join(name);
    if !program.is_file() {
        bail!("{package} was built, but {} is not there", program.display());
    }
    Ok(program)
}

/// Copies what changed, so that a host's cache of compiled components stays warm, and removes what is
/// no component any more.
fn copy(
    components: &[Component],
    from: impl Fn(Instructions) -> Result<PathBuf>,
    to: &Path,
) -> Result<Vec<u64>> {
    std::fs::create_dir_all(to).with_context(|| format!("cannot create {}", to.display()))?;
    let mut sizes = Vec::new();
    let read = |component: &Component| {
        let built = from(component.instructions)?.join(&component.module);
        std::fs::read(&built).with_context(|| format!("cannot read {}", built.display()))
    };
    for component in components {
        let mut bytes = read(component)?;
        if let Some(name) = &component.composed_with {
            let provider = components.iter().find(|other| other.name == *name);
            let provider = provider.with_context(|| format!("there is no component {name}"))?;
            bytes = compose::plug(bytes, read(provider)?)
                .with_context(|| format!("cannot compose {} with {name}", component.name))?;
        }
        let kept = to.join(format!("{}.wasm", component.name));
        if std::fs::read(&kept).ok().as_deref() != Some(&bytes) {
            write_atomically(&kept, &bytes)?;
        }
        sizes.push(bytes.len() as u64);
    }
    for entry in std::fs::read_dir(to)?.flatten() {
        let path = entry.path();
        let known =
            components.iter().any(|component| path.file_stem().is_some_and(|stem| stem == &*component.name));
        if path.extension().is_some_and(|extension| extension == "wasm") && !known {
            std::fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        }
    }
    Ok(sizes)
}

fn report_sizes(components: &[Component], sizes: &[u64]) -> Result<()> {
    let row = |(component, size): (&Component, &u64)| {
        let share = format!("{} %", size * 100 / LARGEST_BYTES);
        [component.name.clone(), format!("{} KiB", size.div_ceil(1024)), share]
    };
    let rows: Vec<_> = components.iter().zip(sizes).map(row).collect();
    eprint!("{}", report::table(["component", "size", "of the limit"], &rows));
    let too_large: Vec<_> = components.iter().zip(sizes).filter(|(_, size)| **size > LARGEST_BYTES).collect();
    match too_large.first() {
        Some((component, size)) => {
            bail!("{} is {size} bytes; the limit is {LARGEST_BYTES}", component.name)
        }
        None => Ok(()),
    }
}

/// A reader sees the old file or the new one, never a part.
fn write_atomically(path: &Path, bytes: &[u8]) -> Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    }
    let fresh = path.with_extension(format!("{}.new", std::process::id()));
    std::fs::write(&fresh, bytes).with_context(|| format!("cannot write {}", fresh.display()))?;
    std::fs::rename(&fresh, path).with_context(|| format!("cannot replace {}", path.display()))
}

fn stamp(workspace: &Workspace) -> PathBuf {
    workspace.own("built")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unchanged_component_is_not_written_again_and_a_removed_one_disappears() {
        let root = std::env::temp_dir().join(format!("insula-copy-{}", std::process::id()));
        let (from, to) = (root.join("from"), root.join("to"));
        std::fs::create_dir_all(&from).unwrap();
        std::fs::create_dir_all(&to).unwrap();
        std::fs::write(from.join("insula_auth.wasm"), "module").unwrap();
        std::fs::write(to.join("gone.wasm"), "old").unwrap();
        let auth = Component {
            package: "insula-auth".into(),
            name: "auth".into(),
            module: "insula_auth.wasm".into(),
            composed_with: None,
            instructions: Instructions::Common,
        };

        assert_eq!(copy(std::slice::from_ref(&auth), |_| Ok(from.clone()), &to).unwrap(), [6]);
        let written = std::fs::metadata(to.join("auth.wasm")).unwrap().modified().unwrap();
        copy(&[auth], |_| Ok(from.clone()), &to).unwrap();

        assert_eq!(std::fs::metadata(to.join("auth.wasm")).unwrap().modified().unwrap(), written);
        assert!(!to.join("gone.wasm").exists());
        std::fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn a_component_over_the_limit_is_refused_by_name() {
        let auth = Component {
            package: "insula-auth".into(),
            name: "auth".into(),
            module: "insula_auth.wasm".into(),
            composed_with: None,
            instructions: Instructions::Common,
        };
        let error = report_sizes(std::slice::from_ref(&auth), &[LARGEST_BYTES + 1]).unwrap_err();
        assert!(error.to_string().starts_with("auth is 2621441 bytes"), "{error}");
        report_sizes(&[auth], &[LARGEST_BYTES]).unwrap();
    }
}
