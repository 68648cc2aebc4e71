//! A server as a process of its own, on a free port of this machine, with a fresh state.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use insula_host::secrets::Secrets;
use tempfile::TempDir;

use super::backing::Backing;
use super::client::Client;
use super::process::Process;
use super::quickstart;
use crate::support::{Database, repository};

/// Compiling every component on a busy machine takes a while.
const START_TIMEOUT: Duration = Duration::from_secs(180);

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
        let state = tempfile::tempdir().expect("a temporary folder");
        let secrets = Secrets::load(state.path(), None).unwrap_or_else(|error| panic!("{error}"));
        share_compiled_components(state.path());
        let mut command = Command::new(host_binary());
        command.current_dir(repository()).arg("serve").args(["--manifest", "spin.toml"]);
        command.args(["--listen", "127.0.0.1:0", "--state"]).arg(state.path());
        only_own_variables(&mut command);
        if let Some(address) = backing.address() {
            command.args(["--database-url", address]);
        }
        let mut process = Process::start(&mut command, state.path());
        let base = process.wait_until(START_TIMEOUT, |lines| {
            lines.lines().find_map(|line| line.strip_prefix("Serving ")).map(str::to_owned)
        });
        let database = database(&backing, state.path().join("default.db"));
        Self {
            base,
            operator_key: secrets.operator_key,
            database,
            _process: process,
            _backing: backing,
            state,
        }
    }

    /// Starts `spin up` with the flags that the README gives. The database has no schema yet.
    #[track_caller]
    #[must_use]
    pub fn spin(program: &Path, backing: Backing) -> Self {
        let state = tempfile::tempdir().expect("a temporary folder");
        let secrets = Secrets::load(state.path(), None).unwrap_or_else(|error| panic!("{error}"));
        let address = format!("127.0.0.1:{}", free_port());
        let spin_state = state.path().join("spin");
        let mut command = Command::new(program);
        command.current_dir(repository()).arg("up").args(quickstart::spin_flags());
        command.args(["--listen", &address, "--state-dir"]).arg(&spin_state);
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
        let database = database(&backing, spin_state.join("sqlite_db.db"));
        Self {
            base,
            operator_key: secrets.operator_key,
            database,
            _process: process,
            _backing: backing,
            state,
        }
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

/// `INSULA_BIN`, or the binary beside this test program: cargo puts tests into the folder `deps` next to it.
fn host_binary() -> PathBuf {
    let named = std::env::var_os("INSULA_BIN").map(PathBuf::from);
    let binary = named.unwrap_or_else(|| {
        let this = std::env::current_exe().expect("the path of this test program");
        this.ancestors().nth(2).unwrap_or(&this).join("insula")
    });
    assert!(
        binary.is_file(),
        "the embedded host is not at {}: build it with `cargo xtask build`, or with `cargo build --package \
         insula-host` and the profile of this test; INSULA_BIN names another one",
        binary.display()
    );
    binary
}

/// The state is fresh except for this cache, which holds nothing but what the components compile to.
fn share_compiled_components(state: &Path) {
    let shared = repository().join("target/test-cache");
    std::fs::create_dir_all(&shared).expect("the cache");
    std::os::unix::fs::symlink(shared, state.join("cache")).expect("a link to the cache");
}

/// Takes away what a person's environment says about another server.
fn only_own_variables(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("SPIN_VARIABLE_") || text == "INSULA_DATABASE_URL" {
            command.env_remove(&name);
        }
    }
}

fn database(backing: &Backing, sqlite: PathBuf) -> Database {
    backing.address().map_or(Database::Sqlite(sqlite), |address| Database::Postgres(address.to_owned()))
}

/// A port that nobody listens on right now.
fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("its address").port()
}
