//! A throwaway PostgreSQL cluster: made for one run, on a free port, gone afterwards.
//!
//! It trusts whoever connects over loopback and holds test data only. For tests it is quick instead of durable;
//! for measurements it is as durable as PostgreSQL is by default.
//! PostgreSQL refuses to run as root, so a root task runner runs it as an unprivileged user.

use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::install::{self, Package};
use crate::lifeline::{Lifeline, Tended};
use crate::{process, server};

/// Where Debian keeps each version's programs.
const VERSIONS: &str = "/usr/lib/postgresql";

const PACKAGE: Package =
    Package { name: "postgresql", proof: VERSIONS, why: "the tests run on a throwaway PostgreSQL cluster" };

/// Connections for many tests at once, loopback only; of what is stopped on purpose one line, not its whole statement.
const SETTINGS: [&str; 6] = [
    "max_connections=300",
    "listen_addresses=127.0.0.1",
    "log_min_messages=fatal",
    "log_min_error_statement=panic",
    "log_error_verbosity=terse",
    "timezone=UTC",
];

/// What a crash would cost does not matter to a test.
const QUICK: [&str; 3] = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"];

/// What is admitted is on the disk: PostgreSQL's own defaults, stated because they are what is measured.
const DURABLE: [&str; 3] = ["fsync=on", "synchronous_commit=on", "full_page_writes=on"];

/// A running cluster; dropping it stops the server. The lifeline removes its folder.
pub struct Cluster<'a> {
    port: u16,
    _server: Tended<'a>,
}

impl<'a> Cluster<'a> {
    /// Makes and starts one for tests, installing PostgreSQL when it is absent.
    pub fn start(lifeline: &'a Lifeline) -> Result<Self> {
        Self::make(lifeline, QUICK)
    }

    /// The same, with every commit on the disk before it is answered.
    pub fn start_durable(lifeline: &'a Lifeline) -> Result<Self> {
        Self::make(lifeline, DURABLE)
    }

    fn make(lifeline: &'a Lifeline, durability: [&str; 3]) -> Result<Self> {
        install::debian(&[PACKAGE])?;
        let programs = newest_programs(Path::new(VERSIONS))?;
        let user = User::choose()?;
        let folder = lifeline.folder("postgres")?;
        user.own(&folder)?;
        let data = folder.join("data");
        let mut initdb = user.command(&programs.join("initdb"));
        initdb.current_dir(&folder).args([
            "--username=postgres",
            "--encoding=UTF8",
            "--no-locale",
            "--no-sync",
        ]);
        initdb.args(["--auth-local=reject", "--auth-host=trust"]).arg("--pgdata").arg(&data);
        if !lifeline.spawn(initdb.stdout(Stdio::null()), "TERM")?.wait()?.success() {
            bail!("`{}` failed", process::shown(&initdb));
        }
        server::on_a_free_port("PostgreSQL", |port| {
            Self::serve(lifeline, &programs, &user, &folder, (port, durability))
        })
    }

    fn serve(
        lifeline: &'a Lifeline,
        programs: &Path,
        user: &User,
        folder: &Path,
        (port, durability): (u16, [&str; 3]),
    ) -> Result<Self> {
        let mut postgres = user.command(&programs.join("postgres"));
        postgres.current_dir(folder).arg("-D").arg(folder.join("data")).arg("-p").arg(port.to_string());
        postgres.arg("-k").arg(folder);
        for setting in SETTINGS.into_iter().chain(durability) {
            postgres.args(["-c", setting]);
        }
        // SIGINT is PostgreSQL's fast shutdown: open connections are closed, nothing is left in shared memory.
        let mut server = lifeline.spawn(postgres.stdout(Stdio::null()), "INT")?;
        let ready = || {
            let mut is_ready = Command::new(programs.join("pg_isready"));
            process::succeeds(is_ready.args([
                "-q",
                "-h",
                "127.0.0.1",
                "-U",
                "postgres",
                "-p",
                &port.to_string(),
            ]))
        };
        server::wait("PostgreSQL", &mut server, ready)?;
        Ok(Self { port, _server: server })
    }

    /// Where it listens, as its superuser.
    pub fn url(&self) -> String {
        format!("postgresql://postgres@127.0.0.1:{}/postgres", self.port)
    }
}

fn newest_programs(versions: &Path) -> Result<PathBuf> {
    let newest = std::fs::read_dir(versions)
        .with_context(|| format!("cannot read {}", versions.display()))?
        .flatten()
        .filter(|entry| entry.path().join("bin/initdb").is_file())
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path())))
        .max();
    match newest {
        Some((_, folder)) => Ok(folder.join("bin")),
        None => {
            bail!("there is no PostgreSQL server under {}; please install `postgresql`", versions.display())
        }
    }
}

/// Whom PostgreSQL runs as.
enum User {
    Myself,
    Other { name: String, user_id: u32, group_id: u32 },
}

impl User {
    fn choose() -> Result<Self> {
        if !install::is_root() {
            return Ok(Self::Myself);
        }
        for name in ["postgres", "nobody"] {
            if let (Some(user_id), Some(group_id)) = (id("-u", name), id("-g", name)) {
                return Ok(Self::Other { name: name.to_owned(), user_id, group_id });
            }
        }
        bail!("PostgreSQL does not run as root, and there is neither a user `postgres` nor `nobody`")
    }

    fn own(&self, folder: &Path) -> Result<()> {
        match self {
            Self::Myself => Ok(()),
            Self::Other { name, user_id, group_id } => chown(folder, Some(*user_id), Some(*group_id))
                .with_context(|| format!("cannot give {} to {name}", folder.display())),
        }
    }

    /// The program as this user. `setpriv` becomes the program, so that signals reach it.
    fn command(&self, program: &Path) -> Command {
        match self {
            Self::Myself => Command::new(program),
            Self::Other { user_id, group_id, .. } => {
                let mut command = Command::new("setpriv");
                command.args([format!("--reuid={user_id}"), format!("--regid={group_id}")]);
                command.arg("--clear-groups").arg("--").arg(program);
                command
            }
        }
    }
}

fn id(which: &str, name: &str) -> Option<u32> {
    process::output(Command::new("id").args([which, name])).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_with_a_server_is_taken_by_number_and_not_by_spelling() {
        let versions = std::env::temp_dir().join(format!("insula-versions-{}", std::process::id()));
        for version in ["9", "15", "17"] {
            std::fs::create_dir_all(versions.join(version).join("bin")).unwrap();
        }
        for version in ["9", "15"] {
            std::fs::write(versions.join(version).join("bin/initdb"), "").unwrap();
        }
        assert_eq!(newest_programs(&versions).unwrap(), versions.join("15/bin"));
        std::fs::remove_dir_all(versions).unwrap();
    }
}
