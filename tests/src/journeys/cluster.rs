//! A PostgreSQL server of a test's own, on a free port, gone with the test.

use std::fs;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use super::authority::Authority;
use super::process::Process;
use super::server::free_port;

/// Where Debian keeps each version's programs.
const VERSIONS: &str = "/usr/lib/postgresql";
const START_TIMEOUT: Duration = Duration::from_secs(60);

/// A running server that trusts whoever connects over loopback.
#[derive(Debug)]
pub struct Cluster {
    port: u16,
    // In this order: the server ends before its folder goes.
    _process: Process,
    _folder: TempDir,
}

impl Cluster {
    /// One that offers TLS, with a certificate of that authority for these names.
    #[track_caller]
    #[must_use]
    pub fn with_tls(authority: &Authority, names: &str) -> Self {
        Self::start(|folder| {
            authority.issue(names, folder);
            vec![
                "ssl=on".to_owned(),
                file("ssl_cert_file", folder, "crt"),
                file("ssl_key_file", folder, "key"),
            ]
        })
    }

    /// One that has no TLS.
    #[track_caller]
    #[must_use]
    pub fn without_tls() -> Self {
        Self::start(|_| vec!["ssl=off".to_owned()])
    }

    /// One that keeps figures of its statements, those inside of functions too.
    #[track_caller]
    #[must_use]
    pub fn with_figures() -> Self {
        let settings = ["shared_preload_libraries=pg_stat_statements", "pg_stat_statements.track=all"];
        Self::start(|_| settings.map(str::to_owned).to_vec())
    }

    /// Where it listens.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its address under that name of this machine, with that `sslmode`.
    #[must_use]
    pub fn address(&self, host: &str, ssl_mode: &str) -> String {
        format!("postgresql://postgres@{host}:{}/postgres?sslmode={ssl_mode}", self.port)
    }

    #[track_caller]
    fn start(prepare: impl FnOnce(&Path) -> Vec<String>) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (programs, user, data) = (newest_programs(), User::choose(), folder.path().join("data"));
        let settings = prepare(folder.path());
        user.own(folder.path());
        let mut initdb = user.command(&programs.join("initdb"));
        initdb
            .args(["--username=postgres", "--no-locale", "--no-sync", "--auth=trust", "--pgdata"])
            .arg(&data);
        let made = initdb.current_dir(folder.path()).output().expect("to start initdb");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let port = free_port();
        let mut postgres = user.command(&programs.join("postgres"));
        postgres.current_dir(folder.path()).arg("-D").arg(&data).arg("-k").arg(folder.path());
        postgres.args(["-p", &port.to_string(), "-c", "listen_addresses=localhost", "-c", "fsync=off"]);
        for setting in settings {
            postgres.args(["-c", &setting]);
        }
        let mut process = Process::start(&mut postgres, folder.path());
        process.wait_until(START_TIMEOUT, |_| is_ready(&programs, port));
        Self { port, _process: process, _folder: folder }
    }
}

fn file(setting: &str, folder: &Path, kind: &str) -> String {
    format!("{setting}={}", folder.join("server").with_extension(kind).display())
}

fn is_ready(programs: &Path, port: u16) -> Option<()> {
    let mut ready = Command::new(programs.join("pg_isready"));
    ready.args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()]).stderr(Stdio::null());
    ready.status().is_ok_and(|status| status.success()).then_some(())
}

fn newest_programs() -> PathBuf {
    let versions = fs::read_dir(VERSIONS).unwrap_or_else(|error| panic!("{VERSIONS}: {error}")).flatten();
    let newest = versions
        .filter(|version| version.path().join("bin/initdb").is_file())
        .filter_map(|version| Some((version.file_name().to_str()?.parse::<u32>().ok()?, version.path())))
        .max();
    newest.unwrap_or_else(|| panic!("there is no PostgreSQL server under {VERSIONS}")).1.join("bin")
}

/// Whom PostgreSQL runs as, which refuses to run as root.
#[derive(Debug)]
enum User {
    Myself,
    Other { user_id: u32, group_id: u32 },
}

impl User {
    fn choose() -> Self {
        if id(&["-u"]) != Some(0) {
            return Self::Myself;
        }
        let found = ["postgres", "nobody"]
            .into_iter()
            .find_map(|name| Some(Self::Other { user_id: id(&["-u", name])?, group_id: id(&["-g", name])? }));
        found.expect("a user `postgres` or `nobody`")
    }

    /// Gives the folder and the files in it to the user.
    fn own(&self, folder: &Path) {
        let Self::Other { user_id, group_id } = self else { return };
        let files = fs::read_dir(folder).expect("the folder").flatten().map(|entry| entry.path());
        for path in files.chain([folder.to_owned()]) {
            chown(&path, Some(*user_id), Some(*group_id)).expect("to give it away");
        }
    }

    /// The program as this user. `setpriv` becomes the program, so that signals reach it.
    fn command(&self, program: &Path) -> Command {
        let Self::Other { user_id, group_id } = self else { return Command::new(program) };
        let mut command = Command::new("setpriv");
        command.args([format!("--reuid={user_id}"), format!("--regid={group_id}")]);
        command.args(["--clear-groups", "--"]).arg(program);
        command
    }
}

fn id(arguments: &[&str]) -> Option<u32> {
    let said = Command::new("id").args(arguments).stderr(Stdio::null()).output().ok()?;
    String::from_utf8(said.stdout).ok()?.trim().parse().ok()
}
