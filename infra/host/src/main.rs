//! `insula`: serves a Spin manifest from one process, and checks the logs that it wrote.

mod cli;

use std::process::ExitCode;

use clap::Parser;

use cli::{AuditCommand, Cli, Command};

#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Serve(options) => match cli::serve(*options) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("insula: {error}");
                ExitCode::from(2)
            }
        },
        Command::Audit(audit) => match *audit {
            AuditCommand::Verify(options) => cli::verify(&options),
        },
    }
}
