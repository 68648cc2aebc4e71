//! What it costs that each tenant is an island: to make one, to bring a thousand up to date, to have ten thousand, and to
//! be bound by the database at each call. On a durable PostgreSQL, each tenant with a schema of its own.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::json;

use super::guard::rotation;
use crate::bench::Bench;
use crate::bench::client;
use crate::bench::customers::{self, Customers, bearer};
use crate::bench::database::{Database, Key};
use crate::bench::figure::{Aim, Figure};
use crate::bench::guests::{self, GUARDED};
use crate::bench::load::{self, Load, Target};
use crate::bench::pgbench::pgbench;
use crate::bench::server::{Server, application};

/// How many people make tenants at once, and how many each makes: no person may own more than twenty.
const MAKERS: usize = 8;
const MADE_BY_EACH: usize = 15;
/// How many people sign up from where each of them is: enough for the first and the last to weigh little.
const SIGNED_UP_BY_EACH: usize = 40;
/// How many tenants are brought up to date.
const MIGRATED: usize = 1_000;
const ROUNDS: u32 = 3;
const COUNTS: [usize; 2] = [10, 10_000];

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

/// A column more in each of a thousand schemas, again and again while keys are checked; and a run that has nothing to do.
pub fn migrate(bench: &Bench<'_>) -> Result<Vec<Figure>> {
    let state = bench.lifeline.folder("tenants-migrate")?;
    let database = Database::postgres(bench)?;
    let customers = Customers::make(bench, &state, &database, 10)?;
    database.make_tenants(&state, MIGRATED)?;
    let operator = std::fs::read_to_string(state.join("operator.key")).context("the operator's key")?;
    let platform = Server::host(bench, &application().on(&state, &database))?;
    let guarded = Server::host(bench, &guests::application().on(&state, &database))?;
    let script = rotation(&state, &customers.keys)?;
    let target = Target::new(&guarded, GUARDED).with_script(&script);
    let seconds = bench.seconds.div_ceil(ROUNDS);
    load::once(&target, seconds)?;
    let (url, address) = (database.url().context("no PostgreSQL")?, platform.address());
    let (mut alone, mut beside) = (Load::default(), Load::default());
    let (mut migrated, mut migrating, mut columns) = (0, Duration::ZERO, 0);
    for _ in 0..ROUNDS {
        alone.add(load::once(&target, seconds)?);
        let over = AtomicBool::new(false);
        let load = std::thread::scope(|scope| {
            let runner = scope.spawn(|| -> Result<()> {
                while !over.load(Ordering::SeqCst) {
                    columns += 1;
                    let step = format!("alter table report add column bench_{columns} text");
                    Database::add_tenant_step(&url, &step)?;
                    let started = Instant::now();
                    migrated += run(address, operator.trim())?;
                    migrating += started.elapsed();
                }
                Ok(())
            });
            let load = load::once(&target, seconds);
            over.store(true, Ordering::SeqCst);
            runner.join().map_err(|_| anyhow::anyhow!("the runner panicked"))??;
            load
        })?;
        beside.add(load);
    }
    let started = Instant::now();
    if run(address, operator.trim())? != 0 {
        bail!("something was left to do");
    }
    let idle = started.elapsed().as_secs_f64();
    let rate = migrated as f64 / migrating.as_secs_f64();
    Ok(vec![
        Figure::quantity("tenants' schemas given a column, while serving", rate, "/s", Aim::AtLeast(100.0))
            .and("tenants", migrated as f64),
        Figure::quantity("a run over 1,000 that has nothing to do", idle * 1e3, "ms", Aim::Below(1_000.0)),
        Figure::ratio(
            "API-key calls while 1,000 schemas are migrated against alone",
            ("beside/s", beside.rate()),
            ("alone/s", alone.rate()),
            Aim::AtLeast(0.70),
        ),
    ])
}

/// Whether the number of tenants makes a call slower: the same calls with one key of each of ten tenants.
pub fn many(bench: &Bench<'_>) -> Result<Vec<Figure>> {
    let databases = [Database::postgres(bench)?, Database::postgres(bench)?];
    let mut servers = Vec::with_capacity(COUNTS.len());
    for (count, database) in COUNTS.into_iter().zip(&databases) {
        let state = bench.lifeline.folder(&format!("tenants-{count}"))?;
        let customers = Customers::make(bench, &state, database, 10)?;
        database.make_tenants(&state, count - 10)?;
        let script = rotation(&state, &customers.keys)?;
        servers.push((Server::host(bench, &guests::application().on(&state, database))?, script));
    }
    let targets =
        [&servers[0], &servers[1]].map(|(server, script)| Target::new(server, GUARDED).with_script(script));
    let [few, most] = load::compare(targets, bench.seconds)?;
    let wait = |load: Load| f64::from(load::CONNECTIONS) * 1e3 / load.rate();
    Ok(vec![Figure::ratio(
        "API-key call at 10,000 tenants with schemas against 10, PostgreSQL",
        ("10,000 ms", wait(most)),
        ("10 ms", wait(few)),
        Aim::AtMost(1.15),
    )])
}

/// The two statements of a call as they are, and the same bound by nothing: the guard's, without its role and row-level
/// security, and a tenant's batch that reads, without scope, role and row-level security.
pub fn bound(bench: &Bench<'_>) -> Result<Vec<Figure>> {
    let state = bench.lifeline.folder("tenants-bound")?;
    let database = Database::postgres(bench)?;
    Customers::make(bench, &state, &database, 10)?;
    let Database::Postgres(cluster) = &database else { bail!("no PostgreSQL") };
    let keys = database.keys(&state)?;
    let rate = |function: &str, script: Script| {
        let mut scripts = Vec::with_capacity(keys.len());
        for key in &keys {
            let file = state.join(format!("{function}-{}.sql", key.id));
            std::fs::write(&file, script(function, key))?;
            scripts.push(file);
        }
        pgbench(&cluster.url(), bench.seconds.div_ceil(ROUNDS), &scripts)
    };
    let mut figures = Vec::new();
    for (start, what, script) in [
        ("insula_admit_", "the guard's statement with its role and row-level security", admission as Script),
        ("insula_batch_", "a tenant's batch with scope, role and row-level security", batch),
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

/// Brings the schemas up to date, call after call. Returns how many were.
fn run(address: &str, operator: &str) -> Result<i64> {
    let mut migrated = 0;
    loop {
        let answer = client::send(address, "POST", "/internal/migrate", &[&bearer(operator)], b"")?;
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
