//! The whole application as a process: how soon it serves, what memory it takes, what its components weigh.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::analyze::median;
use crate::bench::Bench;
use crate::bench::customers::{Customers, bearer};
use crate::bench::database::Database;
use crate::bench::figure::{Aim, Figure};
use crate::bench::load::{self, Target};
use crate::bench::server::{Server, application};
use crate::components;
use crate::server::free_port;

const WARM_STARTS: usize = 5;
/// Answers with the caller's figures, behind the guard.
const USAGE: &str = "/api/v1/usage";

/// From the start of the process to its first 200: with nothing cached, then with all of it.
pub fn start(bench: &Bench<'_>) -> Result<Vec<Figure>> {
    let state = bench.lifeline.folder("start")?;
    let milliseconds = || -> Result<f64> {
        let server = Server::host(bench, &application().on(&state, &Database::Sqlite))?;
        Ok(server.first_answer.as_secs_f64() * 1e3)
    };
    let cold = milliseconds()?;
    let warm = median((0..WARM_STARTS).map(|_| milliseconds()).collect::<Result<_>>()?);
    let up = median((0..WARM_STARTS).map(|_| again(bench, &state)).collect::<Result<_>>()?);
    Ok(vec![
        Figure::quantity("process start to first 200, warm cache", warm, "ms", Aim::Below(500.0)),
        Figure::quantity("`xtask up` to first 200, nothing to build", up, "ms", Aim::Below(1_000.0)),
        Figure::quantity("the same with every component to compile", cold, "ms", Aim::Shown),
    ])
}

/// `xtask up`, which finds everything built and becomes the server.
fn again(bench: &Bench<'_>, state: &Path) -> Result<f64> {
    let address = format!("127.0.0.1:{}", free_port()?);
    let mut up = Command::new(std::env::current_exe().context("this program")?);
    up.current_dir(bench.workspace.root()).args(["up", "--listen", &address, "--state"]).arg(state);
    let server = Server::start(bench, up, address, &state.join("up.log"), "/health/live")?;
    Ok(server.first_answer.as_secs_f64() * 1e3)
}

/// Resident memory of a server that waits, and the most of it while every connection calls with an API key.
pub fn memory(bench: &Bench<'_>) -> Result<Vec<Figure>> {
    let state = bench.lifeline.folder("memory")?;
    // Compiling takes memory of its own, so the process that compiles is not the one that is measured.
    let customers = Customers::make(bench, &state, &Database::Sqlite, 1)?;
    let server = Server::host(bench, &application().on(&state, &Database::Sqlite))?;
    let idle = server.resident_mb()?;
    let mut target = Target::new(&server, USAGE);
    for key in &customers.keys {
        target = target.with_header(&bearer(key));
    }
    let [busy] = load::compare([target], bench.seconds)?;
    let name = format!("resident memory, API-key calls on {} connections", load::CONNECTIONS);
    Ok(vec![
        Figure::quantity("resident memory, idle", idle, "MB", Aim::Below(200.0)),
        Figure::quantity(name, busy.resident_mb, "MB", Aim::Below(200.0)),
    ])
}

/// What each component weighs.
pub fn sizes(bench: &Bench<'_>) -> Result<Vec<Figure>> {
    let folder = bench.workspace.components();
    components::all(bench.workspace)?
        .into_iter()
        .map(|component| {
            let bytes = std::fs::metadata(folder.join(format!("{}.wasm", component.name)))?.len();
            let name = format!("size of {}", component.name);
            Ok(Figure::quantity(name, bytes as f64 / 1024.0, "KiB", Aim::Shown))
        })
        .collect()
}
