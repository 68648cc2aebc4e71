//! Whether the number of keys makes a call slower: the same calls on databases that hold few, many and very many.
//!
//! All keys are of the same ten tenants, so that only the table of keys differs. The calls go round ten keys, or ten
//! thousand that are spread over the table.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::bench::Bench;
use crate::bench::customers::Customers;
use crate::bench::database::Database;
use crate::bench::figure::{Aim, Figure};
use crate::bench::guests::{self, GUARDED};
use crate::bench::load::{self, Load, Target};
use crate::bench::rows::guard::rotation;
use crate::bench::server::Server;
use crate::process;

const COUNTS: [usize; 3] = [10, 10_000, 1_000_000];
const TENANTS: usize = 10;
/// The most keys that the calls go round.
const ROUND: usize = 10_000;

/// On the embedded database.
pub fn sqlite(bench: &Bench<'_>) -> Result<Vec<Figure>> {
    row(bench, "SQLite", |_| Ok(Database::Sqlite))
}

/// On a PostgreSQL each.
pub fn postgres(bench: &Bench<'_>) -> Result<Vec<Figure>> {
    row(bench, "PostgreSQL", Database::postgres)
}

fn row<'a>(
    bench: &Bench<'a>,
    name: &str,
    database: impl Fn(&Bench<'a>) -> Result<Database<'a>>,
) -> Result<Vec<Figure>> {
    let databases = [database(bench)?, database(bench)?, database(bench)?];
    let mut servers = Vec::with_capacity(COUNTS.len());
    for (count, database) in COUNTS.into_iter().zip(&databases) {
        let state = bench.lifeline.folder(&format!("keys-{count}-{name}"))?;
        Customers::make(bench, &state, database, TENANTS)?;
        let keys = fill(bench, &state, database, count)?;
        let script = rotation(&state, &keys)?;
        servers.push((Server::host(bench, &guests::application().on(&state, database))?, script));
    }
    let target = |place: usize| {
        let (server, script): &(Server<'a>, PathBuf) = &servers[place];
        Target::new(server, GUARDED).with_script(script)
    };
    let [few, many, most] = load::compare([target(0), target(1), target(2)], bench.seconds)?;
    let slower = |name: String, load: Load| {
        let times = (("ms", milliseconds(load)), ("with 10 keys ms", milliseconds(few)));
        Figure::ratio(&name, times.0, times.1, Aim::AtMost(1.15)).and("host µs", load.cpu_us())
    };
    Ok(vec![
        slower(format!("API-key call at 10,000 keys against 10, {name}"), many),
        slower(format!("API-key call at 1,000,000 keys against 10, {name}"), most),
    ])
}

/// What a caller waits, on average: as many wait at any time as there are connections.
fn milliseconds(load: Load) -> f64 {
    f64::from(load::CONNECTIONS) * 1e3 / load.rate()
}

/// Puts as many keys into the database, and gives those that the calls go round.
fn fill(bench: &Bench<'_>, state: &Path, database: &Database<'_>, count: usize) -> Result<Vec<String>> {
    let path = state.join("keys.csv");
    let file = std::fs::File::create(&path).with_context(|| format!("cannot create {}", path.display()))?;
    let mut floor = std::process::Command::new(&bench.programs.floor);
    floor.args(["keys", "--count", &count.to_string()]).stdout(file);
    process::run(&mut floor)?;
    database.load_keys(state, &path)?;
    let text = std::fs::read_to_string(&path)?;
    let step = count.div_ceil(ROUND);
    let keys = text.lines().step_by(step).filter_map(|line| line.rsplit(',').next());
    Ok(keys.map(str::to_owned).collect())
}
