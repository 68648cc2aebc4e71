//! `insula audit verify`: checks a log in a file, away from the server that wrote it.

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal as _, Write as _};
use std::path::Path;
use std::process::ExitCode;

use insula_audit::checkpoint::Checkpoint;
use insula_audit::export::{self, Check};

use super::options::VerifyOptions;

/// The log is not what was signed.
const WRONG: u8 = 1;
/// The log can't be read.
const UNREADABLE: u8 = 2;

/// Says whether the log is what was recorded and signed, and if not, what is wrong first.
pub(crate) fn verify(options: &VerifyOptions) -> ExitCode {
    match open(&options.file).and_then(|log| check(log, options)) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("insula: {} can't be read: {error}", options.file.display());
            ExitCode::from(UNREADABLE)
        }
    }
}

fn open(file: &Path) -> io::Result<Box<dyn BufRead + Send>> {
    if file == Path::new("-") {
        return Ok(Box::new(BufReader::new(io::stdin())));
    }
    Ok(Box::new(BufReader::with_capacity(1 << 16, File::open(file)?)))
}

fn check(log: impl BufRead + Send, options: &VerifyOptions) -> io::Result<ExitCode> {
    let shows_progress = io::stderr().is_terminal();
    let mut check = Check::new(options.key.clone());
    if let Some(file) = &options.checkpoint {
        match Checkpoint::open(&std::fs::read_to_string(file)?, &options.key) {
            Ok(kept) => check = check.kept(kept),
            Err(refusal) => {
                eprintln!("insula: the checkpoint in {} is not believed: {refusal}", file.display());
                return Ok(ExitCode::from(UNREADABLE));
            }
        }
    }
    let outcome = export::run(log, check, |checked| {
        if shows_progress {
            eprint!("\r{checked} entries");
        }
    })?;
    if shows_progress {
        eprint!("\r\x1b[K");
        io::stderr().flush()?;
    }
    match outcome {
        Ok(checked) if checked.checkpoint.size < options.at_least => {
            let (size, at_least) = (checked.checkpoint.size, options.at_least);
            println!("wrong: it ends after {size} entries, and had {at_least}");
            Ok(ExitCode::from(WRONG))
        }
        Ok(checked) => {
            let checkpoint = checked.checkpoint;
            println!("right: {} entries of {}, root {}", checkpoint.size, checked.tenant_id, checkpoint.root);
            Ok(ExitCode::SUCCESS)
        }
        Err(fault) => {
            println!("wrong: {fault}");
            Ok(ExitCode::from(WRONG))
        }
    }
}
