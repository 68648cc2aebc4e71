//! The embedded host's own binary, as a process on a state folder.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use insula_host::secrets::Secrets;
use tempfile::TempDir;

use super::backing::Backing;
use super::process::Process;
use crate::support::{Database, Redis, repository};

/// Compiling every component on a busy machine takes a while.
pub const START_TIMEOUT: Duration = Duration::from_secs(180);

/// A state folder for a server, with keys in it.
#[must_use]
pub fn state() -> TempDir {
    state_and_key().0
}

/// The same, and the operator's key.
#[must_use]
pub fn state_and_key() -> (TempDir, String) {
    let state = tempfile::tempdir().expect("a temporary folder");
    let secrets = Secrets::load(state.path(), None).unwrap_or_else(|error| panic!("{error}"));
    share_compiled_components(state.path());
    (state, secrets.operator_key)
}

/// `insula serve` on a free port.
#[must_use]
pub fn command(state: &Path, backing: &Backing) -> Command {
    let mut command = Command::new(host_binary());
    command.current_dir(repository()).arg("serve").args(["--manifest", "spin.toml"]);
    command.args(["--listen", "127.0.0.1:0", "--state"]).arg(state);
    only_own_variables(&mut command);
    if let Some(address) = backing.address() {
        command.args(["--database-url", address]);
    }
    for (name, value) in backing.redis().into_iter().flat_map(Redis::variables) {
        command.args(["--variable", &format!("{name}={value}")]);
    }
    command
}

/// Waits until it serves, and says where: `http://…`, without a slash at the end.
#[track_caller]
#[must_use]
pub fn base(process: &mut Process) -> String {
    process.wait_until(START_TIMEOUT, |lines| {
        lines.lines().find_map(|line| line.strip_prefix("Serving ")).map(str::to_owned)
    })
}

/// The database of a server with that state.
#[must_use]
pub fn database(state: &Path, backing: &Backing) -> Database {
    backing.database(state.join("default.db"))
}

/// `INSULA_BIN`, or the binary beside this test program: cargo puts tests into the folder `deps` next to it.
#[must_use]
pub fn host_binary() -> PathBuf {
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
pub fn only_own_variables(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("SPIN_VARIABLE_") || text == "INSULA_DATABASE_URL" {
            command.env_remove(&name);
        }
    }
}
