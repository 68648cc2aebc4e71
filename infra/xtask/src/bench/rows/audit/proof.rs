//! What a proof from a long log costs, and what else is done with one.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use super::ENTRIES;
use super::long::Long;
use crate::bench::Bench;
use crate::bench::client;
use crate::bench::customers::{self, Customers};
use crate::bench::database::Database;
use crate::bench::figure::{Aim, Figure};
use crate::bench::server::{Server, application};
use crate::process;

const PROOFS: u32 = 200;
/// How long the tree over them may take to be stored.
const PATIENCE: Duration = Duration::from_secs(600);

/// Proofs from a log of as many entries, on SQLite.
pub fn proof_sqlite(bench: &Bench<'_>) -> Result<Vec<Figure>> {
    proof(bench, "audit-sqlite", &Database::Sqlite, "SQLite")
}

/// The same on PostgreSQL.
pub fn proof_postgres(bench: &Bench<'_>) -> Result<Vec<Figure>> {
    let database = Database::postgres(bench)?;
    proof(bench, "audit-postgres", &database, "PostgreSQL")
}

fn proof(bench: &Bench<'_>, folder: &str, database: &Database<'_>, named: &str) -> Result<Vec<Figure>> {
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
    let figure = Figure::quantity(
        format!("audit: inclusion proof of 1,000,000 entries, {named}"),
        times[times.len() / 2],
        "ms",
        Aim::Below(5.0),
    );
    let slowest = times[times.len() * 99 / 100];
    let mut figures = vec![figure.and("p99 ms", slowest).and("tree stored s", extending)];
    figures.extend(
        Long { bench, server: &server, state: &state, tenant_id: &tenant_id, bearer: &bearer, named }
            .figures()?,
    );
    Ok(figures)
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
