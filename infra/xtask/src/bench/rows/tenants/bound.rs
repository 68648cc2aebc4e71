//! What it costs to be bound by the database at each call.

use anyhow::{Result, bail};

use super::REPORTS;
use crate::bench::Bench;
use crate::bench::customers::Customers;
use crate::bench::database::{Database, Key};
use crate::bench::figure::{Aim, Figure};
use crate::bench::load::{self, Target};
use crate::bench::pgbench::pgbench;
use crate::bench::rows::guard::rotation;
use crate::bench::server::{Server, application};

const ROUNDS: u32 = 3;

/// A call that reads reports, against the same application on a database without roles, scopes and row-level security;
/// then its statements by themselves: the guard's, a tenant's batch, and one that reads in the tenant's schema.
pub fn bound(bench: &Bench<'_>) -> Result<Vec<Figure>> {
    let mut figures = vec![call(bench)?];
    figures.extend(statements(bench)?);
    Ok(figures)
}

fn call(bench: &Bench<'_>) -> Result<Figure> {
    let databases = [Database::postgres(bench)?, Database::postgres(bench)?];
    let mut servers = Vec::new();
    for (name, database) in ["bound", "unbound"].into_iter().zip(&databases) {
        let state = bench.lifeline.folder(&format!("tenants-{name}"))?;
        let customers = Customers::make(bench, &state, database, 10)?;
        if name == "unbound" {
            database.unbind(&state)?;
        }
        database.fill_reports(&state)?;
        let server = Server::host(bench, &application().on(&state, database))?;
        let script = rotation(&state, &customers.keys)?;
        servers.push((server, script));
    }
    let targets =
        [&servers[0], &servers[1]].map(|(server, script)| Target::new(server, REPORTS).with_script(script));
    let [with, without] = load::compare(targets, bench.seconds)?;
    Ok(Figure::ratio(
        "an API-key call that reads reports, with roles, scope and row-level security against without",
        ("with/s", with.rate()),
        ("without/s", without.rate()),
        Aim::AtLeast(0.8),
    ))
}

fn statements(bench: &Bench<'_>) -> Result<Vec<Figure>> {
    let state = bench.lifeline.folder("tenants-statements")?;
    let database = Database::postgres(bench)?;
    Customers::make(bench, &state, &database, 10)?;
    database.fill_reports(&state)?;
    let Database::Postgres(cluster) = &database else { bail!("no PostgreSQL") };
    let keys = database.keys(&state)?;
    let rate = |function: &str, script: Script| {
        let mut scripts = Vec::with_capacity(keys.len());
        for key in &keys {
            let file = state.join(format!("{function}-{}.sql", key.id));
            let text = script(function, key);
            // What fails is quick, and says so in its answer.
            let said = database.ask(&state, &text)?;
            if said.contains("failed") || said.trim().is_empty() {
                bail!("{function} answered {said}");
            }
            std::fs::write(&file, text)?;
            scripts.push(file);
        }
        pgbench(&cluster.url(), bench.seconds.div_ceil(ROUNDS), &scripts)
    };
    let mut figures = Vec::new();
    for (start, what, script) in [
        ("insula_admit_", "the guard's statement with its role and row-level security", admission as Script),
        ("insula_batch_", "a tenant's batch with scope, role and row-level security", batch),
        (
            "insula_batch_",
            "one in the tenant's schema with scope, both roles and row-level security",
            reports,
        ),
    ] {
        let bound = database.newest_function(&state, start)?;
        let unbound = database.unbound(&state, &bound)?;
        let (mut with, mut without) = (0.0, 0.0);
        for _ in 0..ROUNDS {
            with += rate(&bound, script)?;
            without += rate(&unbound, script)?;
        }
        figures.push(Figure::ratio(
            &format!("{what} against without"),
            ("with/s", with / f64::from(ROUNDS)),
            ("without/s", without / f64::from(ROUNDS)),
            Aim::AtLeast(0.8),
        ));
    }
    Ok(figures)
}

/// What calls a function for a key.
type Script = fn(&str, &Key) -> String;

/// Admits a call.
fn admission(function: &str, Key { id, digest, .. }: &Key) -> String {
    let now = "(extract(epoch from clock_timestamp()) * 1000)::bigint";
    format!(
        "select outcome from {function}(0, '{id}', '{digest}', null, 1, 'owner', 'read analyze', 1, {now}, 0, 'bench', \
         '127.0.0.1', 0, '127.0.0.0/24');\n"
    )
}

/// Reads the key, as the seam would for its tenant.
fn batch(function: &str, Key { id, tenant_id, .. }: &Key) -> String {
    format!(
        "select {function}('{tenant_id}', array['select id, name, scopes, created_at_ms from api_key \
         where tenant_id = ($1)[1] and id = ($1)[2]'], array['{tenant_id}', '{id}'], array[1], array[0]);\n"
    )
}

/// Reads reports: as the tenant's own role, which finds them in its schema; bound by nothing, in that schema by name.
fn reports(function: &str, Key { tenant_id, .. }: &Key) -> String {
    let is_bound = !function.ends_with("_unbound");
    let home = if is_bound { String::new() } else { tenant_id.replacen("ten_", "t_", 1) + "." };
    format!(
        "select {function}('{tenant_id}', array['select id, created_at_ms, file_name, score from {home}report \
         where tenant_id = ($1)[1] order by id limit 21'], array['{tenant_id}'], array[0], array[{}]);\n",
        i32::from(is_bound)
    )
}
