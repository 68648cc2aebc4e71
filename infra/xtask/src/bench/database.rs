//! Where the data of a row are, and the one change to them that no operation of the API offers.

mod islands;

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

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

/// Where keys are loaded, before they are of somebody.
const CREATE_LOADED: &str = "create table loaded_key (number bigint, id text, digest text, text text);";
const FILL_KEYS: &str = "
  insert into api_key (id, tenant_id, created_by, name, scopes, live, digest, created_at_ms)
  select l.id, o.tenant_id, o.user_id, 'loaded', 'read analyze', 1, l.digest, 0
  from loaded_key l
  join (select row_number() over (order by tenant_id) - 1 as place, count(*) over () as owners, tenant_id, user_id
    from membership where role = 'owner') o on o.place = l.number % o.owners
  order by l.id;
  drop table loaded_key;";

/// A key, as it is stored.
pub struct Key {
    pub id: String,
    pub digest: String,
    pub tenant_id: String,
}

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

    /// Loads keys from CSV (number, id, digest, text): of all tenants in turn, made by their owners.
    pub fn load_keys(&self, state: &Path, csv: &Path) -> Result<()> {
        let csv = csv.display();
        match self {
            Self::Sqlite => {
                let import = format!(".import --csv {csv} loaded_key");
                self.execute(state, &[CREATE_LOADED, &import, FILL_KEYS])
            }
            Self::Postgres(_) => {
                let copy = format!("\\copy loaded_key from '{csv}' csv");
                self.execute(state, &[CREATE_LOADED, &copy, FILL_KEYS, "analyze"])
            }
        }
    }

    /// All keys.
    pub fn keys(&self, state: &Path) -> Result<Vec<Key>> {
        let said = self.ask(state, "select id || ' ' || digest || ' ' || tenant_id from api_key")?;
        let key = |line: &str| {
            let mut words = line.split(' ').map(str::to_owned);
            Some(Key { id: words.next()?, digest: words.next()?, tenant_id: words.next()? })
        };
        Ok(said.lines().filter_map(key).collect())
    }

    /// The id of the one tenant that there is.
    pub fn only_tenant(&self, state: &Path) -> Result<String> {
        Ok(self.ask(state, "select id from tenant")?.trim().to_owned())
    }

    /// The id of the one person that there is.
    pub fn only_person(&self, state: &Path) -> Result<String> {
        Ok(self.ask(state, "select id from user_account")?.trim().to_owned())
    }

    /// Removes every key.
    pub fn delete_keys(&self, state: &Path) -> Result<()> {
        self.execute(state, &["delete from api_key"])
    }

    /// Where the audit log of a tenant ends: how many entries it has, and the last link.
    pub fn log_end(&self, state: &Path, tenant_id: &str) -> Result<(u64, String)> {
        let ask = format!("select size || ' ' || link from audit_head where tenant_id = '{tenant_id}'");
        let said = self.ask(state, &ask)?;
        let (size, link) = said.trim().split_once(' ').context("the tenant has no log")?;
        Ok((size.parse()?, link.to_owned()))
    }

    /// Loads entries of an audit log from CSV, as they would have been appended. What keeps anybody from it stands aside:
    /// it looks at each entry, and that is not what is measured.
    pub fn load_log(&self, state: &Path, csv: &Path, tenant_id: &str) -> Result<()> {
        let csv = csv.display();
        let end = format!(
            "update audit_head set size = (select count(*) from audit_entry where tenant_id = '{tenant_id}'), link =
               (select link from audit_entry where tenant_id = '{tenant_id}' order by seq desc limit 1)
             where tenant_id = '{tenant_id}'"
        );
        match self {
            Self::Sqlite => {
                let import = format!(".import --csv {csv} audit_entry");
                let aside = "drop trigger audit_entry_is_appended; drop trigger audit_head_grows";
                self.execute(state, &[aside, &import, &end])
            }
            Self::Postgres(_) => {
                let copy = format!("\\copy audit_entry from '{csv}' csv");
                let aside = "alter table audit_entry disable trigger user; alter table audit_head disable trigger user";
                self.execute(state, &[aside, &copy, &end, "analyze"])
            }
        }
    }

    /// Lets every tenant call as often as it can. The application has migrated the database before.
    pub fn lift_limits(&self, state: &Path) -> Result<()> {
        self.execute(state, &[LIFT_LIMITS])
    }

    /// Runs statements, and commands of the database's own client, one after the other.
    pub(super) fn execute(&self, state: &Path, commands: &[&str]) -> Result<()> {
        let mut client = match self {
            Self::Sqlite => {
                install::debian(&[SQLITE])?;
                let mut client = Command::new(SQLITE.proof);
                client.args(["-bail", "-cmd", ".timeout 5000"]).arg(state.join(SQLITE_FILE)).args(commands);
                client
            }
            Self::Postgres(cluster) => {
                let mut client = Command::new("psql");
                client.args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--dbname", &cluster.url()]);
                for command in commands {
                    client.args(["--command", command]);
                }
                client
            }
        };
        process::output(&mut client).map(drop)
    }

    /// What a question is answered, without a heading.
    pub fn ask(&self, state: &Path, question: &str) -> Result<String> {
        let mut client = match self {
            Self::Sqlite => {
                install::debian(&[SQLITE])?;
                let mut client = Command::new(SQLITE.proof);
                client.arg(state.join(SQLITE_FILE)).arg(question);
                client
            }
            Self::Postgres(cluster) => {
                let mut client = Command::new("psql");
                client.args(["--no-psqlrc", "--tuples-only", "--no-align", "--dbname", &cluster.url()]);
                client.args(["--command", question]);
                client
            }
        };
        process::output(&mut client)
    }
}
