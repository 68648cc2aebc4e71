//! Whether the time of an answer tells an address that is known from one that isn't: of a login, of asking for a new
//! password, and of a login that comes too early, which an attacker may try as often as it likes.
//!
//! Every attempt at another address comes from another network, behind a proxy that is trusted: the limits on guessing are
//! not what is measured, but where it is said. Known and unknown addresses take turns, and so does which of them is first.
//! None is tried twice, but where it is said: who is mailed is not mailed again for a while.

use std::time::Instant;

use anyhow::{Result, bail};
use serde_json::{Value, json};

use crate::bench::Bench;
use crate::bench::client;
use crate::bench::customers;
use crate::bench::database::Database;
use crate::bench::figure::{Aim, Figure};
use crate::bench::server::{Server, application};

/// Attempts of each kind.
const ATTEMPTS: usize = 1_000;
/// Attempts of each kind that aren't counted, before the others.
const WARMING: usize = 10;

/// An operation that must not tell who has an account.
struct Asked {
    name: &'static str,
    path: &'static str,
    status: u16,
    body: fn(&str) -> Value,
    /// How many addresses of each kind are tried, in turn.
    addresses: usize,
    /// What isn't counted: what comes before it is refused, and between.
    also: Option<u16>,
}

const ASKED: [Asked; 3] = [
    Asked {
        name: "login",
        path: "/api/v1/auth/login",
        status: 401,
        body: |email| json!({ "email": email, "password": "not the password" }),
        addresses: ATTEMPTS + WARMING,
        also: None,
    },
    Asked {
        name: "forgot password",
        path: "/api/v1/auth/password/forgot",
        status: 202,
        body: |email| json!({ "email": email }),
        addresses: ATTEMPTS + WARMING,
        also: None,
    },
    Asked {
        name: "login that is refused",
        path: "/api/v1/auth/login",
        status: 429,
        body: |email| json!({ "email": email, "password": "not the password" }),
        addresses: 16,
        also: Some(401),
    },
];

/// On the embedded database.
pub fn sqlite(bench: &Bench<'_>) -> Result<Vec<Figure>> {
    row(bench, "SQLite", &Database::Sqlite)
}

/// On PostgreSQL, where a commit waits for the disk.
pub fn postgres(bench: &Bench<'_>) -> Result<Vec<Figure>> {
    row(bench, "PostgreSQL", &Database::postgres(bench)?)
}

/// Each operation, for somebody's address and for nobody's.
fn row(bench: &Bench<'_>, on: &str, database: &Database<'_>) -> Result<Vec<Figure>> {
    let state = bench.lifeline.folder(&format!("timing-{on}"))?;
    let placed = application().on(&state, database).with_variable("trusted_proxies", "1");
    let server = Server::host(bench, &placed)?;
    for number in 1..=ATTEMPTS + WARMING {
        customers::register_from(&server, number, &[&from(number)])?;
    }
    let mut figures = Vec::new();
    for (place, asked) in ASKED.iter().enumerate() {
        figures.extend(compare(&server, asked, place, on)?);
    }
    Ok(figures)
}

fn compare(server: &Server<'_>, asked: &Asked, place: usize, on: &str) -> Result<[Figure; 2]> {
    let mut counted = [Vec::with_capacity(ATTEMPTS), Vec::with_capacity(ATTEMPTS)];
    let mut round = 0;
    while counted.iter().any(|times| times.len() < WARMING + ATTEMPTS) {
        let number = round % asked.addresses + 1;
        for is_known in [round % 2 == 0, round % 2 == 1] {
            // Nobody's addresses are as long as somebody's.
            let email =
                if is_known { customers::email(number) } else { format!("nobody-{number}@example.com") };
            let network = 4 * ATTEMPTS * place + 2 * number + usize::from(is_known);
            let took = attempt(server.address(), asked, &email, &from(network))?;
            counted[usize::from(is_known)].extend(took);
        }
        round += 1;
    }
    let [mut unknown, mut known] = counted.map(|times| times[WARMING..].to_vec());
    known.sort_by(f64::total_cmp);
    unknown.sort_by(f64::total_cmp);
    let (of_known, of_unknown) = (median(&known), median(&unknown));
    let difference = (of_known / of_unknown - 1.0).abs() * 100.0;
    let name = format!("{}: known against unknown address, {on}, medians", asked.name);
    let medians = Figure::quantity(&name, difference, "%", Aim::Below(2.0))
        .and("known ms", of_known)
        .and("unknown ms", of_unknown);
    let distance = Figure::quantity(
        "the same, distance of the distributions (Kolmogorov–Smirnov)",
        distance(&known, &unknown),
        "",
        Aim::Below(critical()),
    );
    Ok([medians, distance.and("Mann–Whitney z", rank_sum(&known, &unknown))])
}

/// The header line of a call from that network.
fn from(network: usize) -> String {
    format!("x-forwarded-for: 10.{}.{}.1", network / 250, network % 250)
}

/// Milliseconds of an answer, if it is counted.
fn attempt(address: &str, asked: &Asked, email: &str, from: &str) -> Result<Option<f64>> {
    let body = (asked.body)(email);
    let started = Instant::now();
    let answer = client::post(address, asked.path, &[from], &body)?;
    let took = started.elapsed();
    if asked.also == Some(answer.status) {
        return Ok(None);
    }
    if answer.status != asked.status {
        bail!("{}: answered {}", asked.name, answer.status);
    }
    Ok(Some(took.as_secs_f64() * 1e3))
}

fn median(sorted: &[f64]) -> f64 {
    (sorted[(sorted.len() - 1) / 2] + sorted[sorted.len() / 2]) / 2.0
}

/// The largest difference between the two shares of values up to any one.
fn distance(one: &[f64], other: &[f64]) -> f64 {
    let share = |values: &[f64], value: f64| {
        values.partition_point(|other| *other <= value) as f64 / values.len() as f64
    };
    let differences = one.iter().chain(other).map(|value| (share(one, *value) - share(other, *value)).abs());
    differences.fold(0.0, f64::max)
}

/// What the distance of two samples of one distribution exceeds once in a hundred times.
fn critical() -> f64 {
    1.628 * (2.0 / ATTEMPTS as f64).sqrt()
}

/// The Mann–Whitney statistic as a number of standard deviations; values that are equal to the nanosecond don't matter.
fn rank_sum(one: &[f64], other: &[f64]) -> f64 {
    let (count, others) = (one.len() as f64, other.len() as f64);
    let below: usize = one.iter().map(|value| other.partition_point(|other| other < value)).sum();
    let deviation = (count * others * (count + others + 1.0) / 12.0).sqrt();
    (below as f64 - count * others / 2.0) / deviation
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(from: u32, to: u32) -> Vec<f64> {
        (from..to).map(f64::from).collect()
    }

    #[test]
    fn equal_samples_have_no_distance_and_separate_ones_the_whole() {
        assert_eq!(distance(&values(0, 10), &values(0, 10)), 0.0);
        assert_eq!(distance(&values(0, 10), &values(10, 20)), 1.0);
        assert_eq!(distance(&values(0, 10), &values(5, 15)), 0.5);
    }

    #[test]
    fn the_rank_sum_is_about_zero_for_equal_samples_and_has_the_sign_of_the_difference() {
        assert!(rank_sum(&values(0, 100), &values(0, 100)).abs() < 0.2);
        assert!(rank_sum(&values(50, 150), &values(0, 100)) > 5.0);
        assert!(rank_sum(&values(0, 100), &values(50, 150)) < -5.0);
    }

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!((median(&[1.0, 2.0, 9.0]), median(&[1.0, 2.0, 4.0, 9.0])), (2.0, 3.0));
    }
}
