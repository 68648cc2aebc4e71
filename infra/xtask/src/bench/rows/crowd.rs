//! People who log in and exchange tokens, and what is left for calls with keys meanwhile.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::guard;
use crate::bench::Bench;
use crate::bench::client;
use crate::bench::customers::{self, Customers, TENANTS};
use crate::bench::database::Database;
use crate::bench::figure::{Aim, Figure};
use crate::bench::load::{self, Load, Target};
use crate::bench::server::{Server, application};

const CALL: &str = "/api/v1/usage";
/// Calls alone and calls beside the crowd take turns.
const ROUNDS: u32 = 3;
/// How many log in at once, each as another person.
const CLIENTS: usize = 8;
/// How often each exchanges its refresh token after a login.
const EXCHANGES: usize = 4;

/// How long each request of a kind took.
#[derive(Default)]
struct Took {
    logins: Vec<Duration>,
    exchanges: Vec<Duration>,
}

/// Login and refresh, and calls with 50 keys beside them against the same calls alone.
pub fn crowd(bench: &Bench<'_>) -> Result<Vec<Figure>> {
    let state = bench.lifeline.folder("crowd")?;
    let database = Database::Sqlite;
    let customers = Customers::make(bench, &state, &database, TENANTS)?;
    let server = Server::host(bench, &application().on(&state, &database))?;
    let script = guard::rotation(&state, &customers.keys)?;
    let target = Target::new(&server, CALL).with_script(&script);
    let seconds = bench.seconds.div_ceil(ROUNDS);
    load::once(&target, seconds)?;
    let (mut alone, mut beside, mut took, mut passed) =
        (Load::default(), Load::default(), Took::default(), Duration::ZERO);
    for _ in 0..ROUNDS {
        alone.add(load::once(&target, seconds)?);
        let started = Instant::now();
        let (load, more) = meanwhile(server.address(), || load::once(&target, seconds))?;
        passed += started.elapsed();
        beside.add(load);
        took.add(more);
    }
    let calls = Figure::ratio(
        "API-key calls beside logins and refreshes against alone, SQLite",
        ("beside/s", beside.rate()),
        ("alone/s", alone.rate()),
        Aim::AtLeast(0.70),
    );
    Ok(vec![calls, took.figure("login", passed), took.figure("refresh", passed)])
}

/// What `work` returns, and how long the crowd's requests took that went on meanwhile.
fn meanwhile(address: &str, work: impl FnOnce() -> Result<Load>) -> Result<(Load, Took)> {
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|number| {
                let is_over = &is_over;
                scope.spawn(move || come_and_go(address, number, is_over))
            })
            .collect();
        let load = work();
        is_over.store(true, Ordering::SeqCst);
        let mut took = Took::default();
        for client in clients {
            took.add(client.join().map_err(|_| anyhow::anyhow!("a client panicked"))??);
        }
        Ok((load?, took))
    })
}

fn come_and_go(address: &str, client: usize, is_over: &AtomicBool) -> Result<Took> {
    let mut took = Took::default();
    for turn in 0.. {
        // Nobody logs in twice at once.
        let person = 1 + (client + turn * CLIENTS) % (TENANTS / CLIENTS * CLIENTS);
        let body = json!({ "email": customers::email(person), "password": customers::PASSWORD });
        let mut tokens = ask(address, "/api/v1/auth/login", &body, &mut took.logins)?;
        for _ in 0..EXCHANGES {
            if is_over.load(Ordering::SeqCst) {
                return Ok(took);
            }
            let body = json!({ "refresh_token": tokens["refresh_token"] });
            tokens = ask(address, "/api/v1/auth/refresh", &body, &mut took.exchanges)?;
        }
    }
    Ok(took)
}

fn ask(address: &str, path: &str, body: &Value, took: &mut Vec<Duration>) -> Result<Value> {
    let started = Instant::now();
    let answer = client::post(address, path, &[], body)?;
    took.push(started.elapsed());
    if answer.status != 200 {
        bail!("{path} was answered {}", answer.status);
    }
    answer.json().context("no tokens")
}

impl Took {
    fn add(&mut self, mut other: Self) {
        self.logins.append(&mut other.logins);
        self.exchanges.append(&mut other.exchanges);
    }

    fn figure(&mut self, kind: &str, passed: Duration) -> Figure {
        let took = if kind == "login" { &mut self.logins } else { &mut self.exchanges };
        took.sort_unstable();
        let rank = |part: usize| took.get(took.len() * part / 100).copied().unwrap_or_default().as_secs_f64();
        let rate = took.len() as f64 / passed.as_secs_f64();
        Figure::quantity(
            format!("{kind} beside calls of 50 connections, {CLIENTS} clients"),
            rate,
            "/s",
            Aim::Shown,
        )
        .and("p50 ms", rank(50) * 1e3)
        .and("p99 ms", rank(99) * 1e3)
    }
}
