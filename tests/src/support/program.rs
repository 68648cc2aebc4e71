//! What all applications of this process share: the runtime, the compiled components, the secrets.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use insula_host::secrets::Secrets;
use insula_host::{Manifest, Program, ProgramOptions};
use tokio::runtime::Runtime;

/// The folder of the repository.
#[must_use]
pub fn repository() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    folder.map(Path::to_owned).unwrap_or_default()
}

/// The files of a folder and of all that are in it, whose names end so.
#[must_use]
pub fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|other| other == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Waits for a future on the runtime of this process.
pub fn block_on<F: Future>(future: F) -> F::Output {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME
        .get_or_init(|| tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime"))
        .block_on(future)
}

/// The components of `spin.toml`, compiled once.
pub fn program() -> Arc<Program> {
    static PROGRAM: OnceLock<Arc<Program>> = OnceLock::new();
    PROGRAM
        .get_or_init(|| {
            let path = repository().join("spin.toml");
            let manifest = Manifest::read(&path).unwrap_or_else(|error| panic!("{error}"));
            load_as(manifest, ProgramOptions::default())
        })
        .clone()
}

/// The same components, each as every runtime can load it, without what is made for the embedded host.
#[must_use]
pub fn program_for_every_runtime() -> Arc<Program> {
    static PROGRAM: OnceLock<Arc<Program>> = OnceLock::new();
    PROGRAM
        .get_or_init(|| {
            let path = repository().join("spin.toml");
            let text = std::fs::read_to_string(&path).expect("the manifest");
            let (before, after) =
                text.split_once("[component.auth.tool.insula]").expect("a build for this host");
            let (_, after) = after.split_once('[').expect("more of the component");
            let manifest = Manifest::parse(&path, &format!("{before}[{after}"));
            load(manifest.unwrap_or_else(|error| panic!("{error}")))
        })
        .clone()
}

/// How many instances a program has that is only here for some tests. Many such programs live at once, and each reserves
/// address space for all of its instances, of which a process has a limited number of pieces.
const FEW_INSTANCES: u32 = 128;

/// Compiles a manifest, or loads what was compiled before.
pub fn load(manifest: Manifest) -> Arc<Program> {
    load_within(manifest, ProgramOptions::default().memory_limit_bytes)
}

/// The same with so much memory for an instance.
pub fn load_within(manifest: Manifest, memory_limit_bytes: usize) -> Arc<Program> {
    let few =
        ProgramOptions { memory_limit_bytes, max_instances: FEW_INSTANCES, ..ProgramOptions::default() };
    load_as(manifest, few)
}

fn load_as(manifest: Manifest, options: ProgramOptions) -> Arc<Program> {
    let options = ProgramOptions { cache_dir: repository().join("target/test-cache"), ..options };
    Program::load(manifest, &options).unwrap_or_else(|error| panic!("{error}; run `cargo xtask build` first"))
}

/// The operator's key and the other secrets, made once.
pub fn secrets() -> &'static Secrets {
    static SECRETS: OnceLock<Secrets> = OnceLock::new();
    SECRETS.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Secrets::load(folder.path(), None).unwrap_or_else(|error| panic!("{error}"))
    })
}
