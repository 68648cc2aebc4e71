//! What the audit log costs: checking a long one, proving an entry of it, and appending to it.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::bench::Bench;
use crate::bench::client;
use crate::bench::customers::{self, Customers};
use crate::bench::database::Database;
use crate::bench::figure::{Aim, Figure};
use crate::bench::pgbench::pgbench;
use crate::bench::server::{Server, application};
use crate::process;

const ENTRIES: u64 = 1_000_000;
const PROOFS: u32 = 200;
const ROUNDS: u32 = 3;
/// What a small operation does: one row in one table, in a batch as the seam sends it. In `{kind}` and `{entry}`, what else
/// is in it, with its arguments in `{arguments}`.
const BATCH: &str = r#"\set log random(1, 50)
select insula_batch_3('system', array[$s$insert into idempotency (caller, operation, key_digest, body_digest, answer,
  expires_at_ms) values ('bench', 'bench', gen_random_uuid()::text, 'digest', 'answer', 0) returning 1 as kept$s${entry}],
  array['ten_' || :log::text{arguments}], array[1, 1], array[0{kind}]);
"#;
/// The entry that it leaves, in one of fifty logs: the place of its arguments, they, and what it is.
const ENTRY: [&str; 3] = [
    ", '1'",
    r#", '{"action":"key.created","actor":{"id":"usr_01h455vb4pex5vsknk084sn02q","kind":"person"},
"at":"2030-01-01T00.00.00.000Z","facts":{"key_id":"key_01h455vb4pex5vsknk084sn02q"},
"id":"aud_01h455vb4pex5vsknk084sn02q","tenant_id":"ten_01h455vb4pex5vsknk084sn02q","v":1}',
  'key.created', 'usr_01h455vb4pex5vsknk084sn02q', '0'"#,
    ", 2",
];
/// None.
const NO_ENTRY: [&str; 3] = [""; 3];
/// How long the tree over them may take to be stored.
const PATIENCE: Duration = Duration::from_secs(600);

/// A whole log in a file, checked by native code, against SHA-256 alone over the same bytes.
pub fn check(bench: &Bench<'_>) -> Result<Vec<Figure>> {
    let mut floor = Command::new(&bench.programs.floor);
    let said = process::output(floor.args(["audit", "--count", &ENTRIES.to_string()]))?;
    let (checking, hashing) = said.trim().split_once(' ').context("the comparator printed no times")?;
    let figure = Figure::ratio(
        "audit: SHA-256 alone against checking 1,000,000 entries",
        ("SHA-256 s", hashing.parse()?),
        ("checking s", checking.parse()?),
        Aim::AtLeast(0.3),
    );
    Ok(vec![figure])
}

/// Batches on a durable PostgreSQL, each waiting for the disk as a request does: with an entry at their end, and without.
pub fn append(bench: &Bench<'_>) -> Result<Vec<Figure>> {
    let state = bench.lifeline.folder("audit-append")?;
    let database = Database::postgres(bench)?;
    let Database::Postgres(cluster) = &database else { bail!("no PostgreSQL") };
    let url = cluster.url();
    Customers::make(bench, &state, &database, 1)?;
    let (mut with, mut without) = (0.0, 0.0);
    for _ in 0..ROUNDS {
        without += rate(bench, &state, &url, NO_ENTRY)?;
        with += rate(bench, &state, &url, ENTRY)?;
    }
    // A batch that fails says so in its answer, which nobody reads here.
    let (appended, _) = database.log_end(&state, "ten_1")?;
    if appended < 10 {
        bail!("only {appended} entries were appended to one of fifty logs");
    }
    Ok(vec![Figure::ratio(
        "audit: a transaction with an entry against one without, PostgreSQL",
        ("with/s", with / f64::from(ROUNDS)),
        ("without/s", without / f64::from(ROUNDS)),
        Aim::AtLeast(0.8),
    )])
}

/// Batches a second.
fn rate(bench: &Bench<'_>, state: &Path, url: &str, [entry, arguments, kind]: [&str; 3]) -> Result<f64> {
    let file = state.join("append.sql");
    let batch = BATCH.replace("{entry}", entry).replace("{arguments}", arguments).replace("{kind}", kind);
    std::fs::write(&file, batch)?;
    pgbench(url, bench.seconds, &[file])
}

/// Proofs from a log of as many entries, on SQLite.
pub fn proof_sqlite(bench: &Bench<'_>) -> Result<Vec<Figure>> {
    proof(bench, "audit-sqlite", &Database::Sqlite, "audit: inclusion proof of 1,000,000 entries, SQLite")
}

/// The same on PostgreSQL.
pub fn proof_postgres(bench: &Bench<'_>) -> Result<Vec<Figure>> {
    let database = Database::postgres(bench)?;
    proof(bench, "audit-postgres", &database, "audit: inclusion proof of 1,000,000 entries, PostgreSQL")
}

fn proof(bench: &Bench<'_>, folder: &str, database: &Database<'_>, name: &str) -> Result<Vec<Figure>> {
    let state = bench.lifeline.folder(folder)?;
    let Customers { token, .. } = Customers::make(bench, &state, database, 1)?;
    let tenant_id = database.only_tenant(&state)?;
    fill(bench, &state, database, &tenant_id)?;
    let server = Server::host(bench, &application().on(&state, database))?;
    let bearer = customers::bearer(&token);
    let path = |rest: &str| format!("/api/v1/tenants/{tenant_id}/audit-log/{rest}");
    let started = Instant::now();
    // Each call extends the tree by a part.
    loop {
        match client::send(server.address(), "POST", &path("checkpoint"), &[&bearer], b"")?.status {
            200 => break,
            503 if started.elapsed() < PATIENCE => {}
            status => bail!("the checkpoint was answered {status}"),
        }
    }
    let extending = started.elapsed().as_secs_f64();
    let mut times = Vec::new();
    for number in 0..PROOFS {
        let entry = u64::from(number) * (ENTRIES / u64::from(PROOFS)) + 7;
        let started = Instant::now();
        let answer = client::get(server.address(), &path(&format!("proof?entry={entry}")), &[&bearer])?;
        times.push(started.elapsed().as_secs_f64() * 1e3);
        if answer.status != 200 {
            bail!("a proof was answered {}", answer.status);
        }
    }
    times.sort_by(f64::total_cmp);
    let figure = Figure::quantity(name, times[times.len() / 2], "ms", Aim::Below(5.0));
    let slowest = times[times.len() * 99 / 100];
    Ok(vec![figure.and("p99 ms", slowest).and("tree stored s", extending)])
}

/// Loads the entries as they would have been appended.
fn fill(bench: &Bench<'_>, state: &Path, database: &Database<'_>, tenant_id: &str) -> Result<()> {
    let (size, link) = database.log_end(state, tenant_id)?;
    let mut floor = Command::new(&bench.programs.floor);
    floor.args(["audit-log", "--count", &ENTRIES.to_string(), "--tenant", tenant_id]);
    let csv = process::output(floor.args(["--size", &size.to_string(), "--link", &link]))?;
    let path = state.join("log.csv");
    std::fs::write(&path, csv)?;
    database.load_log(state, &path, tenant_id)
}
