//! Compiles components, several at a time, and keeps what came out for the next start.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Instant, SystemTime};

use wasmtime::Engine;
use wasmtime::component::Component;

use crate::compose::Recipe;
use crate::error::Error;
use crate::settings::ProgramOptions;

/// How many compiled versions of one component are kept.
const KEPT_VERSIONS: usize = 4;

/// A component to be compiled.
pub(crate) struct Job {
    recipe: Recipe,
}

impl Job {
    pub(crate) fn new(recipe: Recipe) -> Self {
        Self { recipe }
    }
}

/// Compiles what is not in the cache and loads the rest.
pub(crate) fn compile_all(
    engine: &Engine,
    jobs: Vec<Job>,
    options: &ProgramOptions,
) -> Result<Vec<(String, Component)>, Error> {
    let folder = &options.cache_dir;
    crate::secrets::create_folder(folder)?;
    let mut done = Vec::new();
    let mut cold = Vec::new();
    for job in jobs {
        let path = cached_path(engine, &job.recipe, folder);
        match load(engine, &path) {
            Some(component) => done.push((job.recipe.id().to_owned(), component)),
            None => cold.push((job.recipe, path)),
        }
    }
    done.extend(compile_cold(engine, cold, options)?);
    Ok(done)
}

fn compile_cold(
    engine: &Engine,
    cold: Vec<(Recipe, PathBuf)>,
    options: &ProgramOptions,
) -> Result<Vec<(String, Component)>, Error> {
    let total = cold.len();
    let queue = Mutex::new(cold);
    let finished = AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    let take = || queue.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let work = || {
        while let Some((recipe, path)) = take() {
            let started = Instant::now();
            let id = recipe.id().to_owned();
            let result = compile(engine, recipe, &path, &options.cache_dir);
            let count = finished.fetch_add(1, Ordering::AcqRel) + 1;
            if let Some(progress) = options.progress {
                let seconds = started.elapsed().as_secs_f32();
                progress(&format!("compiled {count} of {total}: {id} ({seconds:.1} s)"));
            }
            let result = result.map(|component| (id, component));
            results.lock().unwrap_or_else(PoisonError::into_inner).push(result);
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from).min(total);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    results.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().collect()
}

fn compile(engine: &Engine, recipe: Recipe, path: &Path, folder: &Path) -> Result<Component, Error> {
    let id = recipe.id().to_owned();
    let failed =
        |error: wasmtime::Error| Error::Compilation { component: id.clone(), reason: format!("{error:#}") };
    let bytes = recipe.compose()?;
    let component = Component::from_binary(engine, &bytes).map_err(failed)?;
    let compiled = component.serialize().map_err(failed)?;
    store(path, &compiled).map_err(|source| Error::State { path: path.to_owned(), source })?;
    prune(folder, &id);
    Ok(component)
}

/// The file for exactly this content, this way of putting it together and this engine.
fn cached_path(engine: &Engine, recipe: &Recipe, folder: &Path) -> PathBuf {
    let mut hasher = DefaultHasher::new();
    engine.precompile_compatibility_hash().hash(&mut hasher);
    folder.join(format!("{}-{}-{:016x}.cwasm", recipe.id(), recipe.digest(), hasher.finish()))
}

/// Loads what an earlier start has written; none when there is nothing usable.
fn load(engine: &Engine, path: &Path) -> Option<Component> {
    if !path.exists() {
        return None;
    }
    // Used now, so not the next to be thrown away.
    let _ = fs::File::open(path).and_then(|file| file.set_modified(SystemTime::now()));
    #[expect(unsafe_code, reason = "machine code from a file is as trustworthy as the folder it is in")]
    // SAFETY: the cache folder belongs to this program and only `store` writes to it, whole files
    // under names that say what is in them; the engine checks that the file was made for it.
    unsafe { Component::deserialize_file(engine, path) }.ok()
}

/// Writes a file that is either there as a whole or not at all.
fn store(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    static SERIAL: AtomicUsize = AtomicUsize::new(0);
    let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
    let unfinished = path.with_extension(format!("{}-{serial}.unfinished", std::process::id()));
    fs::write(&unfinished, bytes)?;
    fs::rename(&unfinished, path)
}

/// Throws away all but the latest versions of a component.
fn prune(folder: &Path, id: &str) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let ours = |name: &str| {
        let rest = name.strip_prefix(id).and_then(|rest| rest.strip_prefix('-'));
        rest.is_some_and(|rest| rest.ends_with(".cwasm") && rest.matches('-').count() == 1)
    };
    let mut versions: Vec<(SystemTime, PathBuf)> = entries
        .flatten()
        .filter(|entry| entry.file_name().to_str().is_some_and(ours))
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    versions.sort_by_key(|(modified, _)| std::cmp::Reverse(*modified));
    for (_, path) in versions.into_iter().skip(KEPT_VERSIONS) {
        // Another start may have been quicker.
        let _ = fs::remove_file(path);
    }
}
