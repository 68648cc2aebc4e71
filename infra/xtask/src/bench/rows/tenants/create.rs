//! What it costs to make a tenant, by one who is logged in and by one who signs up.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use serde_json::json;

use crate::bench::Bench;
use crate::bench::client;
use crate::bench::customers::{self, Customers, bearer};
use crate::bench::database::Database;
use crate::bench::figure::{Aim, Figure};
use crate::bench::server::{Server, application};

/// How many people make tenants at once, and how many each makes: no person may own more than twenty.
const MAKERS: usize = 8;
const MADE_BY_EACH: usize = 15;
/// How many people sign up from where each of them is: enough for the first and the last to weigh little.
const SIGNED_UP_BY_EACH: usize = 40;

/// Tenants of people who are logged in, and people who sign up with a tenant: each answered when it is active.
pub fn create(bench: &Bench<'_>) -> Result<Vec<Figure>> {
    let state = bench.lifeline.folder("tenants-create")?;
    let database = Database::postgres(bench)?;
    Customers::make(bench, &state, &database, 1)?;
    // Each who signs up comes from a network of its own: of one, only so many may.
    let behind_proxy = application().on(&state, &database).with_variable("trusted_proxies", "1");
    let server = Server::host(bench, &behind_proxy)?;
    for number in 2..=MAKERS {
        customers::register(&server, number)?;
    }
    let makers: Vec<_> =
        (1..=MAKERS).map(|number| customers::login(&server, number)).collect::<Result<_>>()?;
    let address = server.address();
    let made = at_once(&makers, |token| {
        for number in 0..MADE_BY_EACH {
            let body = json!({ "name": format!("Tenant {number}") });
            let answer = client::post(address, "/api/v1/tenants", &[&bearer(token)], &body)?;
            let tenant = answer.json()?;
            if answer.status != 201 || tenant["state"] != "active" || tenant["isolation"] != "schema" {
                bail!("the tenant was answered {} {tenant}", answer.status);
            }
        }
        Ok(())
    })?;
    let makers: Vec<usize> = (1..=MAKERS).collect();
    let signed_up = at_once(&makers, |maker| {
        for number in 0..SIGNED_UP_BY_EACH {
            let from = format!("x-forwarded-for: 10.{maker}.{number}.1");
            let tenant = customers::sign_up(address, maker * 1_000 + number, &[&from])?;
            if tenant["state"] != "active" {
                bail!("the tenant that came with a person is {tenant}");
            }
        }
        Ok(())
    })?;
    let figure = |what: &str, each: usize, time: Duration| {
        let rate = (MAKERS * each) as f64 / time.as_secs_f64();
        Figure::quantity(format!("{what}, a schema each, PostgreSQL"), rate, "/s", Aim::AtLeast(40.0))
    };
    Ok(vec![
        figure("tenants made to active", MADE_BY_EACH, made),
        figure("people who sign up with a tenant, to active", SIGNED_UP_BY_EACH, signed_up),
    ])
}

/// How long it takes until each thread has done its work.
fn at_once<T: Sync>(all: &[T], work: impl Fn(&T) -> Result<()> + Sync) -> Result<Duration> {
    let started = Instant::now();
    std::thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> = all.iter().map(|one| scope.spawn(move || work(one))).collect();
        threads
            .into_iter()
            .try_for_each(|thread| thread.join().map_err(|_| anyhow::anyhow!("a client panicked"))?)
    })?;
    Ok(started.elapsed())
}
