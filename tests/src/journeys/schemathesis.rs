//! One run of Schemathesis over a server: requests made from its OpenAPI document, each answer compared with it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use super::server::Server;
use crate::support::repository;

/// From the root of the repository.
const SETTINGS: &str = "tests/contracts/schemathesis.toml";
/// All runs stay under it together: what takes longer hangs.
const TIMEOUT: Duration = Duration::from_secs(300);

/// Which operations of the document a run is about.
#[derive(Clone, Copy, Debug)]
pub enum Operations<'a> {
    /// All but these.
    Without(&'a [&'a str]),
    /// These alone.
    Only(&'a [&'a str]),
}

/// The program.
#[derive(Clone, Debug)]
pub struct Schemathesis {
    program: PathBuf,
}

impl Schemathesis {
    /// The program at that path.
    #[must_use]
    pub fn at(program: &Path) -> Self {
        Self { program: program.to_owned() }
    }

    /// Runs it for whoever has this credential, or none, and shows what it says. What exists has a dictionary each:
    /// its name, and an id.
    ///
    /// # Panics
    ///
    /// When an answer is not as the document says, or the run doesn't end.
    #[track_caller]
    pub fn run(
        &self,
        server: &Server,
        credential: Option<&str>,
        known: &[(&str, &str)],
        operations: Operations,
    ) {
        let folder = server.folder();
        let settings = folder.join("schemathesis.toml");
        std::fs::copy(repository().join(SETTINGS), &settings).expect(SETTINGS);
        for (name, id) in known {
            std::fs::write(folder.join(format!("{name}.dict")), format!("\"{id}\"\n")).expect("a dictionary");
        }
        let mut command = Command::new(&self.program);
        // There, because it leaves a cache behind.
        command.current_dir(folder).arg("--config-file").arg(&settings).arg("run");
        if let Some(credential) = credential {
            command.args(["--header", &format!("Authorization: Bearer {credential}")]);
        }
        let (flag, named) = match operations {
            Operations::Without(named) => ("--exclude-operation-id", named),
            Operations::Only(named) => ("--include-operation-id", named),
        };
        for operation in named {
            command.args([flag, operation]);
        }
        command.arg(format!("{}/openapi.json", server.base()));
        let mut child = command
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {}: {error}", self.program.display()));
        let started = Instant::now();
        loop {
            if let Some(status) = child.try_wait().expect("its state") {
                assert!(status.success(), "Schemathesis ended with {status}: see what it says above");
                return;
            }
            if started.elapsed() > TIMEOUT {
                let _ = child.kill();
                let _ = child.wait();
                panic!("Schemathesis did not end within {TIMEOUT:?}");
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}
