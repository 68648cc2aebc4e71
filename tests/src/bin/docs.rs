//! Writes the generated documents, or with `--check` says which of them are out of date.

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use insula_tests::docs::{self, FOLDER};
use insula_tests::routes::groups;

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            let mut next: Option<&dyn Error> = Some(error.as_ref());
            while let Some(error) = next {
                eprintln!("docs: {error}");
                next = error.source();
            }
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(FOLDER);
    let documents = docs::documents(&groups())?;
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => {
            for name in docs::write(&folder, &documents)? {
                println!("wrote {FOLDER}/{name}");
            }
            Ok(ExitCode::SUCCESS)
        }
        ["--check"] => {
            let stale = docs::stale(&folder, &documents)?;
            for name in &stale {
                eprintln!("{FOLDER}/{name} is out of date: run `cargo xtask docs`");
            }
            Ok(if stale.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        _ => Err("the only argument is `--check`".into()),
    }
}
