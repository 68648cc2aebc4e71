//! What the guard costs: a call with a credential, checked, counted and answered with a constant.
//!
//! One key for all connections is the hardest case: every call wants the same bucket and the same counter. Fifty
//! keys of as many tenants are what a busy platform sees.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::bench::Bench;
use crate::bench::customers::{Customers, TENANTS, bearer};
use crate::bench::database::Database;
use crate::bench::figure::{Aim, Figure};
use crate::bench::guests::{self, BARE, GATED, GUARDED, SELECT};
use crate::bench::load::{self, Load, Target};
use crate::bench::server::Server;

/// Each request with the next key; the threads of `wrk` begin at different ones.
const ROTATE: &str = r#"
local threads = 0
function setup(thread)
  thread:set("at", threads * 25)
  threads = threads + 1
end
function init(args)
  requests = {}
  for place, key in ipairs(keys) do
    requests[place] = wrk.format("GET", nil, { ["Authorization"] = "Bearer " .. key })
  end
end
function request()
  at = at % #requests + 1
  return requests[at]
end
"#;

/// Against the bare component of the same process; the token against the key.
pub fn sqlite(bench: &Bench<'_>) -> Result<Vec<Figure>> {
    let state = bench.lifeline.folder("sqlite")?;
    let database = Database::Sqlite;
    let customers = Customers::make(bench, &state, &database, TENANTS)?;
    let server = guests(bench, &state, &database)?;
    let script = rotation(&state, &customers.keys)?;
    let guarded = || Target::new(&server, GUARDED);
    let [bare, one, gated, many, token] = load::compare(
        [
            Target::new(&server, BARE),
            guarded().with_header(&bearer(first(&customers)?)),
            Target::new(&server, GATED).with_header(&bearer(first(&customers)?)),
            guarded().with_script(&script),
            guarded().with_header(&bearer(&customers.token)),
        ],
        bench.seconds,
    )?;
    let against_bare = |name, load| ratio(name, ("key/s", load), ("bare/s", bare), 0.25);
    Ok(vec![
        against_bare("API-key call against the bare component, SQLite, one hot key", one),
        against_bare("the same, 50 keys of 50 tenants", many),
        ratio(
            "behind the gateway against asking the guard itself",
            ("gateway/s", gated),
            ("key/s", one),
            0.70,
        ),
        ratio("JWT call against the API-key call, SQLite", ("JWT/s", token), ("key/s", one), 0.80),
    ])
}

/// Against one prepared SELECT through the same host. Every counted call is a commit on the disk.
pub fn postgres(bench: &Bench<'_>) -> Result<Vec<Figure>> {
    let state = bench.lifeline.folder("on-postgres")?;
    let database = Database::postgres(bench)?;
    let customers = Customers::make(bench, &state, &database, TENANTS)?;
    let server = guests(bench, &state, &database)?;
    let script = rotation(&state, &customers.keys)?;
    let guarded = || Target::new(&server, GUARDED);
    let [select, one, many] = load::compare(
        [
            Target::new(&server, SELECT),
            guarded().with_header(&bearer(first(&customers)?)),
            guarded().with_script(&script),
        ],
        bench.seconds,
    )?;
    let against_select = |name, load| ratio(name, ("key/s", load), ("SELECT/s", select), 0.50);
    Ok(vec![
        against_select("API-key call against one SELECT, durable PostgreSQL, one hot key", one),
        against_select("the same, 50 keys of 50 tenants", many),
    ])
}

fn guests<'a>(bench: &Bench<'a>, state: &Path, database: &Database<'_>) -> Result<Server<'a>> {
    Server::host(bench, &guests::application().on(state, database))
}

fn first(customers: &Customers) -> Result<&str> {
    customers.keys.first().map(String::as_str).context("no key was made")
}

/// Writes the script that asks with every key in turn.
pub fn rotation(folder: &Path, keys: &[String]) -> Result<PathBuf> {
    let path = folder.join("rotate.lua");
    let keys: Vec<String> = keys.iter().map(|key| format!("\"{key}\"")).collect();
    std::fs::write(&path, format!("keys = {{ {} }}\n{ROTATE}", keys.join(", ")))
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

fn ratio(name: &str, value: (&'static str, Load), base: (&'static str, Load), at_least: f64) -> Figure {
    let rates = ((value.0, value.1.rate()), (base.0, base.1.rate()));
    Figure::ratio(name, rates.0, rates.1, Aim::AtLeast(at_least))
        .and("host µs", value.1.cpu_us())
        .and("against µs", base.1.cpu_us())
}
