//! `insula`: serves a Spin manifest from one process.

mod cli;

use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Command};

#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let Cli { command: Command::Serve(options) } = Cli::parse();
    match cli::serve(*options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("insula: {error}");
            ExitCode::from(2)
        }
    }
}
