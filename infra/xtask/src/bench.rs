//! `cargo xtask bench`: the figures, all taken in one run and compared as ratios.
//!
//! | File        | Holds                                                         |
//! |-------------|---------------------------------------------------------------|
//! | `rows`      | the rows of the table, a small function each                  |
//! | `programs`  | what is measured: the host, and the native comparator         |
//! | `server`    | a program under measurement: start, readiness, CPU, memory    |
//! | `guests`    | the manifest of the components that answer a constant         |
//! | `customers` | people, tenants and keys, made through the real application   |
//! | `database`  | SQLite or a durable PostgreSQL, and lifting the plans' limits |
//! | `load`      | `wrk`: warm-up, alternating rounds, what it prints            |
//! | `pgbench`   | statements in a loop, straight at PostgreSQL                  |
//! | `client`    | single requests, to prepare a row                             |
//! | `dataset`   | the CSV file that is analysed                                 |
//! | `pandas`    | the same summary by pandas                                    |
//! | `figure`    | a row's value, its aim, and whether it is met                 |
//!
//! Absolute rates differ from machine to machine and from minute to minute; ratios of one run do not much.

mod client;
mod customers;
mod database;
mod dataset;
mod figure;
mod guests;
mod load;
mod pandas;
mod pgbench;
mod programs;
mod rows;
mod server;

use anyhow::{Context as _, Result, bail};
use serde_json::json;

use crate::arguments::Arguments;
use crate::install::{self, Package};
use crate::lifeline::Lifeline;
use crate::report;
use crate::workspace::Workspace;
use figure::Figure;
use programs::Programs;

const WRK: Package = Package { name: "wrk", proof: "/usr/bin/wrk", why: "makes the load of the benchmark" };

/// What every row is given.
pub struct Bench<'a> {
    /// Where components and manifests are.
    pub workspace: &'a Workspace,
    /// Ends what the rows start.
    pub lifeline: &'a Lifeline,
    /// What is measured.
    pub programs: Programs,
    /// How many threads each server has.
    pub threads: usize,
    /// How long each measurement takes, after a warm-up.
    pub seconds: u32,
}

/// Whether a row is one that was asked for: by its name, or with others by a part of theirs that is no row's whole name.
fn is_meant(name: &str, asked: &str) -> bool {
    name == asked || (name.contains(asked) && rows::ALL.iter().all(|(other, _)| *other != asked))
}

/// The command: takes the chosen rows, prints the table and writes `target/bench.json`.
pub fn run(workspace: &Workspace, mut arguments: Arguments) -> Result<()> {
    let seconds = arguments.option("--seconds")?.unwrap_or_else(|| "10".to_owned());
    let seconds = seconds.parse().with_context(|| format!("--seconds {seconds} is not a number"))?;
    let profile = arguments.option("--profile")?.unwrap_or_else(|| "dist".to_owned());
    let built = arguments.path("--built")?;
    let chosen = arguments.names()?;
    install::debian(&[WRK])?;
    let programs = match built {
        Some(folder) => Programs::built(&folder)?,
        None => Programs::build(workspace, &profile)?,
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let lifeline = Lifeline::start()?;
    let bench = Bench { workspace, lifeline: &lifeline, programs, threads, seconds };

    let mut figures = Vec::new();
    let mut failed = Vec::new();
    for (name, row) in rows::ALL {
        if !chosen.is_empty() && !chosen.iter().any(|part| is_meant(name, part)) {
            continue;
        }
        match report::step(name, || row(&bench)) {
            Ok(more) => figures.extend(more),
            Err(error) => {
                eprintln!("{name}: {error:#}");
                failed.push(name);
            }
        }
    }
    println!("\n{}", figure::table(&figures));
    write(&bench, &figures, &failed)?;
    let missed = figures.iter().filter(|figure| figure.met() == Some(false)).count();
    if !failed.is_empty() {
        bail!("could not be measured: {}", failed.join(", "));
    }
    if missed > 0 {
        bail!("{missed} of the aims are missed");
    }
    Ok(())
}

fn write(bench: &Bench<'_>, figures: &[Figure], failed: &[&str]) -> Result<()> {
    let path = bench.workspace.root().join("target/bench.json");
    let rows: Vec<_> = figures.iter().map(Figure::json).collect();
    let report = json!({
        "profile": bench.programs.profile,
        "threads": bench.threads,
        "connections": load::CONNECTIONS,
        "seconds": bench.seconds,
        "rows": rows,
        "failed": failed,
    });
    let text = serde_json::to_string_pretty(&report)?;
    std::fs::write(&path, text + "\n").with_context(|| format!("cannot write {}", path.display()))?;
    println!("written to {}", path.display());
    Ok(())
}
