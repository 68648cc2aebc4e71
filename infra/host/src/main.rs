//! `insula`: serves a Spin manifest from one process, checks the logs that it wrote, and exchanges its master key.

mod cli;

use std::process::ExitCode;

use clap::Parser;
use insula_host::Error;
use insula_host::secrets::Secrets;

use cli::{AuditCommand, Cli, Command, MasterKeyCommand};

#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Serve(options) => ended(cli::serve(*options)),
        Command::MasterKey(MasterKeyCommand::Rotate(options)) => {
            ended(Secrets::exchange_master_key(&options.state).map(|()| {
                println!(
                    "There is another master key: start the server again, and have the keys wrapped by it."
                );
            }))
        }
        Command::Audit(audit) => match *audit {
            AuditCommand::Verify(options) => cli::verify(&options),
        },
    }
}

fn ended(result: Result<(), Error>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("insula: {error}");
            ExitCode::from(2)
        }
    }
}
