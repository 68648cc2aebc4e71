//! What a component costs at all: the bare one against native hyper.

use std::process::Command;

use anyhow::Result;

use crate::bench::Bench;
use crate::bench::database::Database;
use crate::bench::figure::{Aim, Figure};
use crate::bench::guests::{self, BARE};
use crate::bench::load::{self, Target};
use crate::bench::server::Server;
use crate::server::free_port;

/// The bare component and hyper take turns; both have the same number of threads.
pub fn bare(bench: &Bench<'_>) -> Result<Vec<Figure>> {
    let state = bench.lifeline.folder("bare")?;
    let host = Server::host(bench, &guests::application().on(&state, &Database::Sqlite))?;
    let address = format!("127.0.0.1:{}", free_port()?);
    let mut hyper = Command::new(&bench.programs.floor);
    hyper.args(["hyper", "--listen", &address, "--threads", &bench.threads.to_string()]);
    let hyper = Server::start(bench, hyper, address, &state.join("hyper.log"), "/")?;

    let [bare, native] = load::compare([Target::new(&host, BARE), Target::new(&hyper, "/")], bench.seconds)?;
    let figure = Figure::ratio(
        "bare component against native hyper",
        ("bare/s", bare.rate()),
        ("hyper/s", native.rate()),
        Aim::AtLeast(0.25),
    );
    Ok(vec![figure.and("bare µs", bare.cpu_us()).and("hyper µs", native.cpu_us())])
}
