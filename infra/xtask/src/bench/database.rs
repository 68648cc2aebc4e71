//! Where the data of a row are, and the one change to them that no operation of the API offers.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::Bench;
use crate::install::{self, Package};
use crate::postgres::Cluster;
use crate::process;

const SQLITE: Package =
    Package { name: "sqlite3", proof: "/usr/bin/sqlite3", why: "lifts the limits of the measured tenants" };

/// The file of the database `default` in a state folder.
const SQLITE_FILE: &str = "default.db";

/// The highest rate that a plan can have, and no quota: a refusal is quicker than an answer. Every call is
/// checked and counted all the same.
const LIFT_LIMITS: &str = "update plan set requests_per_minute = 1000000, burst = 1000000; delete from plan_quota; \
     delete from endpoint_limit;";

/// The database of a row.
pub enum Database<'a> {
    /// The embedded one, in the row's state folder.
    Sqlite,
    /// A cluster of its own.
    Postgres(Cluster<'a>),
}

impl<'a> Database<'a> {
    /// A PostgreSQL that answers a commit once it is on the disk.
    pub fn postgres(bench: &Bench<'a>) -> Result<Self> {
        Ok(Self::Postgres(Cluster::start_durable(bench.lifeline)?))
    }

    /// Its address; none for the embedded one.
    pub fn url(&self) -> Option<String> {
        match self {
            Self::Sqlite => None,
            Self::Postgres(cluster) => Some(cluster.url()),
        }
    }

    /// Lets every tenant call as often as it can. The application has migrated the database before.
    pub fn lift_limits(&self, state: &Path) -> Result<()> {
        let mut command = match self {
            Self::Sqlite => {
                install::debian(&[SQLITE])?;
                let mut command = Command::new(SQLITE.proof);
                command
                    .args(["-bail", "-cmd", ".timeout 5000"])
                    .arg(state.join(SQLITE_FILE))
                    .arg(LIFT_LIMITS);
                command
            }
            Self::Postgres(cluster) => {
                let mut command = Command::new("psql");
                command.args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--dbname", &cluster.url()]);
                command.args(["--command", LIFT_LIMITS]);
                command
            }
        };
        process::output(&mut command).map(drop)
    }
}
