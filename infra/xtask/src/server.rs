//! What throwaway servers share: a free port, and patience until they answer.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::lifeline::Tended;

const START_SECONDS: u64 = 30;

/// Serves on a free port. Between finding it and taking it somebody else may be quicker, so it is tried three times.
pub fn on_a_free_port<T>(name: &str, serve: impl Fn(u16) -> Result<T>) -> Result<T> {
    let mut failure = None;
    for _ in 0..3 {
        match free_port().and_then(&serve) {
            Ok(server) => return Ok(server),
            Err(error) => failure = Some(error),
        }
    }
    Err(failure.unwrap_or_else(|| anyhow::anyhow!("{name} was not tried")))
}

/// Waits until it is ready.
pub fn wait(name: &str, server: &mut Tended<'_>, ready: impl Fn() -> bool) -> Result<()> {
    let started = Instant::now();
    while !ready() {
        if !server.running() {
            bail!("{name} ended while it started");
        }
        if started.elapsed() > Duration::from_secs(START_SECONDS) {
            bail!("{name} did not start within {START_SECONDS} s");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// A port that nobody listens on right now.
pub fn free_port() -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("no free port on 127.0.0.1")?;
    Ok(listener.local_addr()?.port())
}
