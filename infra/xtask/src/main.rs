//! The task runner: `cargo xtask up | build | test | check | bench | wit | docs`.
//!
//! | Command | Where to read | What it does                                                   |
//! |---------|---------------|----------------------------------------------------------------|
//! | `up`    | [`up`]        | installs, builds and serves                                    |
//! | `build` | [`build`]     | components into `target/components`, then the host             |
//! | `test`  | [`mod@test`]  | every test, on both databases                                  |
//! | `check` | [`check`]     | formatting, lints, docs, licences, SQL rules, links, contracts |
//! | `bench` | [`mod@bench`] | the figures, as ratios of one run                              |
//! | `wit`   | [`wit`]       | vendors the WIT packages that the contracts refer to           |
//! | `docs`  | [`docs`]      | writes the generated documents anew                            |
//!
//! [`toolchain`] finds or installs a compiler for WebAssembly. Nothing is built or started except
//! through [`process`], so that what `cargo run` leaves in the environment never reaches a child.

mod arguments;
mod bench;
mod build;
mod check;
mod components;
mod compose;
mod docs;
mod examples;
mod fingerprint;
mod install;
mod lifeline;
mod links;
mod postgres;
mod process;
mod python;
mod redis;
mod report;
mod server;
mod sql_rules;
mod test;
mod toolchain;
mod up;
mod wit;
mod workspace;

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::arguments::Arguments;
use crate::workspace::Workspace;

const USAGE: &str = "\
cargo xtask <command>

  up     installs what is missing, builds what changed, serves http://127.0.0.1:3000
           --database-url URL   PostgreSQL instead of the embedded SQLite
           --listen ADDRESS     default 127.0.0.1:3000
           --state FOLDER       default .insula
           -- ARGUMENTS         are passed on to `insula serve`
  build  builds the components into target/components, then the host
           --components         the components only
           --examples           the examples in other languages only
  test   runs every test, on SQLite and on PostgreSQL
           --unit --sqlite --postgres   only these (any combination)
           --spin PATH          also the journeys under this Spin binary
           --contract           also Schemathesis over /openapi.json
           -- ARGUMENTS         are passed on to the test programs (a filter, --nocapture …)
  check  formatting, lints, documentation, licences, SQL rules, links, generated files
           NAME …               only these checks (their names are in the table at the end)
  bench  measures and compares; prints a table and writes target/bench.json
           --seconds N          per measurement, default 10
           --profile NAME       how host and comparator are built, default dist
           --built FOLDER       builds nothing: `insula` and `insula-floor` are there, components in target/components
           NAME …               only the rows whose name contains one of these
  wit    vendors WIT packages into wit/deps
           --check              only says whether they are up to date
  docs   writes the generated documents anew

Set INSULA_WASM_TOOLCHAIN to `rustup` or `debian` to choose the compiler for WebAssembly yourself.";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let mut given = std::env::args().skip(1);
    let command = given.next();
    let arguments = Arguments::new(given);
    let workspace = Workspace::here()?;
    match command.as_deref() {
        Some("up") => up::run(&workspace, arguments),
        Some("build") => build::run(&workspace, arguments),
        Some("test") => test::run(&workspace, arguments),
        Some("check") => check::run(&workspace, arguments),
        Some("bench") => bench::run(&workspace, arguments),
        Some("wit") => wit::run(&workspace, arguments),
        Some("docs") => docs::run(&workspace, arguments),
        Some("help" | "--help" | "-h") => {
            println!("{USAGE}");
            Ok(())
        }
        Some(other) => bail!("there is no command `{other}`\n\n{USAGE}"),
        None => bail!("which command?\n\n{USAGE}"),
    }
}
