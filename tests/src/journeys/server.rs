//! A server as a process of its own, on a free port of this machine, with a fresh state.

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use insula_host::secrets::Secrets;
use tempfile::TempDir;

use super::backing::Backing;
use super::client::Client;
use super::embedded::{self, START_TIMEOUT, only_own_variables};
use super::process::Process;
use super::quickstart;
use crate::support::{Database, repository};

/// A running server.
#[derive(Debug)]
pub struct Server {
    base: String,
    operator_key: String,
    database: Database,
    // In this order: the process ends before its database and its folder go.
    _process: Process,
    _backing: Backing,
    state: TempDir,
}

impl Server {
    /// Starts `insula serve`.
    #[track_caller]
    #[must_use]
    pub fn embedded(backing: Backing) -> Self {
        Self::embedded_with(backing, |_| {})
    }

    /// Starts `insula serve` with more arguments or another environment.
    #[track_caller]
    #[must_use]
    pub fn embedded_with(backing: Backing, change: impl FnOnce(&mut Command)) -> Self {
        let state = embedded::state();
        let secrets = Secrets::load(state.path(), None).unwrap_or_else(|error| panic!("{error}"));
        let mut command = embedded::command(state.path(), &backing);
        change(&mut command);
        let mut process = Process::start(&mut command, state.path());
        let base = embedded::base(&mut process);
        Self::running(base, process, backing, state, "default.db", secrets)
    }

    /// Starts `spin up` with the flags that the README gives. The database has no schema yet.
    #[track_caller]
    #[must_use]
    pub fn spin(program: &Path, backing: Backing) -> Self {
        let state = tempfile::tempdir().expect("a temporary folder");
        let secrets = Secrets::load(state.path(), None).unwrap_or_else(|error| panic!("{error}"));
        let address = format!("127.0.0.1:{}", free_port());
        let mut command = Command::new(program);
        command.current_dir(repository()).arg("up").args(quickstart::spin_flags());
        command.args(["--listen", &address, "--state-dir"]).arg(state.path().join("spin"));
        only_own_variables(&mut command);
        command.env("SPIN_VARIABLE_OPERATOR_KEY_SHA256", secrets.operator_key_sha256());
        command.env("SPIN_VARIABLE_SIGNING_KEY", &secrets.signing_key);
        command.env("SPIN_VARIABLE_MASTER_KEY", &secrets.master_key);
        if let Some(url) = backing.address() {
            let host = insula_host::database_host(url).unwrap_or_else(|error| panic!("{error}"));
            command.args(["--variable", &format!("database_url={url}")]);
            command.args(["--variable", &format!("database_host={host}")]);
        }
        let mut process = Process::start(&mut command, state.path());
        let base = format!("http://{address}");
        let client = Client::new(&base);
        process.wait_until(START_TIMEOUT, |_| client.get("/health/live").answered());
        Self::running(base, process, backing, state, "spin/sqlite_db.db", secrets)
    }

    /// The server of a process that answers; `sqlite` is where in its state the embedded database is.
    fn running(
        base: String,
        process: Process,
        backing: Backing,
        state: TempDir,
        sqlite: &str,
        secrets: Secrets,
    ) -> Self {
        let database = backing.database(state.path().join(sqlite));
        let operator_key = secrets.operator_key;
        Self { base, operator_key, database, _process: process, _backing: backing, state }
    }

    /// Where it listens: `http://…`, without a slash at the end.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// What its operator proves itself with.
    #[must_use]
    pub fn operator_key(&self) -> &str {
        &self.operator_key
    }

    /// Calls of it.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::new(&self.base)
    }

    /// Its database, to see and to change what no call can.
    #[must_use]
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// A folder that goes with it.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.state.path()
    }
}

/// A port that nobody listens on right now.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("its address").port()
}
