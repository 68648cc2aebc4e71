//! Whether the number of tenants makes a call slower.

use anyhow::{Result, bail};

use super::REPORTS;
use crate::bench::Bench;
use crate::bench::customers::Customers;
use crate::bench::database::Database;
use crate::bench::figure::{Aim, Figure};
use crate::bench::guests::{self, GUARDED};
use crate::bench::load::{self, Load, Target};
use crate::bench::rows::guard::rotation;
use crate::bench::server::{Server, application};

const COUNTS: [usize; 2] = [10, 10_000];

/// Whether the number of tenants makes a call slower: the same calls with one key of each of ten tenants, which read
/// nothing or the tenant's reports; and the statement that reads reports, with another tenant's each time.
pub fn many(bench: &Bench<'_>) -> Result<Vec<Figure>> {
    let databases = [Database::postgres(bench)?, Database::postgres(bench)?];
    let (mut servers, mut touched) = (Vec::new(), Vec::new());
    for (count, database) in COUNTS.into_iter().zip(&databases) {
        let state = bench.lifeline.folder(&format!("tenants-{count}"))?;
        let customers = Customers::make(bench, &state, database, 10)?;
        database.make_tenants(&state, count - 10)?;
        database.fill_reports(&state)?;
        touched.push(database.touch_schemas(&state)?);
        let script = rotation(&state, &customers.keys)?;
        let guarded = Server::host(bench, &guests::application().on(&state, database))?;
        servers.push((guarded, Server::host(bench, &application().on(&state, database))?, script));
    }
    let mut figures = Vec::new();
    for what in ["an API-key call", "an API-key call that reads reports"] {
        let targets = [&servers[0], &servers[1]].map(|(guarded, platform, script)| {
            let reads = what.ends_with("reports");
            let target = if reads { Target::new(platform, REPORTS) } else { Target::new(guarded, GUARDED) };
            target.with_script(script)
        });
        let [few, most] = load::compare(targets, bench.seconds)?;
        let wait = |load: Load| f64::from(load::CONNECTIONS) * 1e3 / load.rate();
        figures.push(Figure::ratio(
            &format!("{what}, at 10,000 tenants with schemas against 10"),
            ("10,000 ms", wait(most)),
            ("10 ms", wait(few)),
            Aim::AtMost(1.15),
        ));
    }
    let [few, most] = &touched[..] else { bail!("one of the databases was not read") };
    let again = (("10,000 µs", most.again_us), ("10 µs", few.again_us));
    figures.push(
        Figure::ratio(
            "reading reports of tenant after tenant, at 10,000 against 10",
            again.0,
            again.1,
            Aim::Shown,
        )
        .and("first µs", most.first_us)
        .and("kept KiB", most.kept_bytes / 1_024.0),
    );
    Ok(figures)
}
