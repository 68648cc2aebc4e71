//! What a login costs: CPU time of the host against that of a native hash with the same parameters.

use std::process::Command;

use anyhow::{Context as _, Result};

use crate::bench::Bench;
use crate::bench::customers;
use crate::bench::database::Database;
use crate::bench::figure::{Aim, Figure};
use crate::bench::server::{Server, application};
use crate::process;

/// The two take turns, as loads do.
const ROUNDS: u32 = 3;
const LOGINS_A_ROUND: u32 = 20;

/// One login after the other: what they cost, not how many fit in a second.
pub fn login(bench: &Bench<'_>) -> Result<Vec<Figure>> {
    let state = bench.lifeline.folder("login")?;
    let server = Server::host(bench, &application().on(&state, &Database::Sqlite))?;
    customers::register(&server, 1)?;
    customers::login(&server, 1)?;
    let (mut logins, mut hashes) = (0.0, 0.0);
    for _ in 0..ROUNDS {
        let before = server.cpu_seconds()?;
        for _ in 0..LOGINS_A_ROUND {
            customers::login(&server, 1)?;
        }
        logins += server.cpu_seconds()? - before;
        hashes += hash(bench)?;
    }
    let milliseconds = |seconds: f64| seconds * 1e3 / f64::from(ROUNDS * LOGINS_A_ROUND);
    Ok(vec![Figure::ratio(
        "login: CPU time against native Argon2id",
        ("login ms", milliseconds(logins)),
        ("Argon2id ms", milliseconds(hashes)),
        Aim::AtMost(2.5),
    )])
}

/// CPU seconds of as many native hashes.
fn hash(bench: &Bench<'_>) -> Result<f64> {
    let mut floor = Command::new(&bench.programs.floor);
    let seconds = process::output(floor.args(["argon2", "--count", &LOGINS_A_ROUND.to_string()]))?;
    seconds.trim().parse().context("the comparator printed no CPU time")
}
