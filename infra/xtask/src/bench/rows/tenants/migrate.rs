//! What it costs to bring a thousand tenants up to date, and those who call meanwhile.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use super::REPORTS;
use crate::bench::Bench;
use crate::bench::client;
use crate::bench::customers::{Customers, bearer};
use crate::bench::database::Database;
use crate::bench::figure::{Aim, Figure};
use crate::bench::guests::{self, GUARDED};
use crate::bench::load::{self, Load, Target};
use crate::bench::rows::guard::rotation;
use crate::bench::server::{Server, application};

/// How many tenants are brought up to date.
const MIGRATED: usize = 1_000;
const ROUNDS: u32 = 3;

/// A column more in each of a thousand schemas, again and again while keys are checked; and a run that has nothing to do.
pub fn migrate(bench: &Bench<'_>) -> Result<Vec<Figure>> {
    let state = bench.lifeline.folder("tenants-migrate")?;
    let database = Database::postgres(bench)?;
    let customers = Customers::make(bench, &state, &database, 10)?;
    database.make_tenants(&state, MIGRATED)?;
    let operator = std::fs::read_to_string(state.join("operator.key")).context("the operator's key")?;
    let platform = Server::host(bench, &application().on(&state, &database))?;
    let guarded = Server::host(bench, &guests::application().on(&state, &database))?;
    database.fill_reports(&state)?;
    let script = rotation(&state, &customers.keys)?;
    let targets = [Target::new(&guarded, GUARDED), Target::new(&platform, REPORTS)];
    let targets = targets.map(|target| target.with_script(&script));
    let seconds = bench.seconds.div_ceil(ROUNDS);
    let url = database.url().context("no PostgreSQL")?;
    let mut runner =
        Runner { url: &url, address: platform.address(), operator: operator.trim(), ..Runner::default() };
    let mut loads = [(Load::default(), Load::default()); 2];
    for target in &targets {
        load::once(target, seconds)?;
    }
    for _ in 0..ROUNDS {
        for (target, (alone, beside)) in targets.iter().zip(&mut loads) {
            alone.add(load::once(target, seconds)?);
            let load = runner.beside(|| load::once(target, seconds))?;
            beside.add(load);
        }
    }
    let started = Instant::now();
    if runner.run()? != 0 {
        bail!("something was left to do");
    }
    let idle = started.elapsed().as_secs_f64();
    let rate = runner.migrated as f64 / runner.migrating.as_secs_f64();
    let mut figures = vec![
        Figure::quantity("tenants' schemas given a column, while serving", rate, "/s", Aim::AtLeast(100.0))
            .and("tenants", runner.migrated as f64),
        Figure::quantity("a run over 1,000 that has nothing to do", idle * 1e3, "ms", Aim::Below(1_000.0)),
    ];
    for (what, (alone, beside)) in ["API-key calls", "API-key calls that read reports"].into_iter().zip(loads)
    {
        figures.push(Figure::ratio(
            &format!("{what}, while 1,000 schemas are migrated against alone"),
            ("beside/s", beside.rate()),
            ("alone/s", alone.rate()),
            Aim::AtLeast(0.70),
        ));
    }
    Ok(figures)
}

/// Adds columns to the schemas, and counts.
#[derive(Default)]
struct Runner<'a> {
    url: &'a str,
    address: &'a str,
    operator: &'a str,
    migrated: i64,
    migrating: Duration,
    columns: usize,
}

impl Runner<'_> {
    /// Adds a column after the other for as long as something else lasts.
    fn beside<T>(&mut self, other: impl FnOnce() -> Result<T>) -> Result<T> {
        let over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let runner = scope.spawn(|| -> Result<()> {
                while !over.load(Ordering::SeqCst) {
                    self.columns += 1;
                    let step = format!("alter table report add column bench_{} text", self.columns);
                    Database::add_tenant_step(self.url, &step)?;
                    let started = Instant::now();
                    self.migrated += self.run()?;
                    self.migrating += started.elapsed();
                }
                Ok(())
            });
            let came = other();
            over.store(true, Ordering::SeqCst);
            runner.join().map_err(|_| anyhow::anyhow!("the runner panicked"))??;
            came
        })
    }

    /// Brings the schemas up to date, call after call. Returns how many were.
    fn run(&self) -> Result<i64> {
        let mut migrated = 0;
        loop {
            let bearer = bearer(self.operator);
            let answer = client::send(self.address, "POST", "/internal/migrate", &[&bearer], b"")?;
            let said = answer.json()?;
            let part = said["tenants_migrated"].as_i64().with_context(|| format!("{said}"))?;
            migrated += part;
            if said["tenants_left"] == 0 {
                return Ok(migrated);
            }
            if part == 0 {
                bail!("no schema could be migrated: {said}");
            }
        }
    }
}
