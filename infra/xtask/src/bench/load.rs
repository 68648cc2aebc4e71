//! Load by `wrk`, and what it prints.
//!
//! Servers that are compared take turns: a machine that is slower for a while is slower for all of them.

use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use super::server::Server;
use crate::process;

const THREADS: u32 = 2;
/// As many as the table of figures says.
pub const CONNECTIONS: u32 = 50;
const WARM_UP_SECONDS: u32 = 2;
/// Longer than the host lets a request take: what is too slow is the host's 504, not a silence.
const TIMEOUT_SECONDS: u32 = 35;
/// How often each of the compared ones has its turn.
const ROUNDS: u32 = 3;
/// How often memory is looked at under load.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// What is asked, and whom.
pub struct Target<'a> {
    server: &'a Server<'a>,
    path: &'static str,
    arguments: Vec<String>,
}

impl<'a> Target<'a> {
    /// `GET` without a credential.
    pub fn new(server: &'a Server<'a>, path: &'static str) -> Self {
        Self { server, path, arguments: Vec::new() }
    }

    /// The same with a header line.
    pub fn with_header(mut self, line: &str) -> Self {
        self.arguments.extend(["-H".to_owned(), line.to_owned()]);
        self
    }

    /// The same, asked by a Lua script for `wrk`.
    pub fn with_script(mut self, script: &Path) -> Self {
        self.arguments.extend(["-s".to_owned(), script.display().to_string()]);
        self
    }
}

/// What one measurement gave.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Load {
    requests: u64,
    seconds: f64,
    cpu_seconds: f64,
    /// The most resident memory that the server had meanwhile.
    pub resident_mb: f64,
}

impl Load {
    /// Answers per second.
    pub fn rate(&self) -> f64 {
        self.requests as f64 / self.seconds
    }

    /// CPU time that the server took per answer, both user and system.
    pub fn cpu_us(&self) -> f64 {
        self.cpu_seconds * 1e6 / self.requests as f64
    }

    /// Adds another measurement of the same.
    pub fn add(&mut self, other: Self) {
        self.requests += other.requests;
        self.seconds += other.seconds;
        self.cpu_seconds += other.cpu_seconds;
        self.resident_mb = self.resident_mb.max(other.resident_mb);
    }
}

/// Warms every target up, then measures them in turns, each for as many seconds. An answer other than 2xx or 3xx
/// fails the measurement: a refusal is quicker than an answer and would flatter it.
pub fn compare<const N: usize>(targets: [Target<'_>; N], seconds: u32) -> Result<[Load; N]> {
    for target in &targets {
        wrk(target, WARM_UP_SECONDS)?;
    }
    let mut loads = [Load::default(); N];
    for _ in 0..ROUNDS {
        for (target, load) in targets.iter().zip(&mut loads) {
            load.add(wrk(target, seconds.div_ceil(ROUNDS))?);
        }
    }
    Ok(loads)
}

/// Measures one target once, as [`compare`] does each. A row that has something else going on meanwhile makes its own
/// turns.
pub fn once(target: &Target<'_>, seconds: u32) -> Result<Load> {
    wrk(target, seconds)
}

fn wrk(target: &Target<'_>, seconds: u32) -> Result<Load> {
    let mut command = Command::new("wrk");
    command.arg(format!("-t{THREADS}")).arg(format!("-c{CONNECTIONS}")).arg(format!("-d{seconds}s"));
    command.arg(format!("--timeout={TIMEOUT_SECONDS}s"));
    command.args(&target.arguments).arg(target.server.url(target.path));
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let cpu_seconds = target.server.cpu_seconds()?;
    let mut child = command.spawn().context("cannot start wrk")?;
    let mut resident_mb: f64 = 0.0;
    let status = loop {
        resident_mb = resident_mb.max(target.server.resident_mb()?);
        match child.try_wait()? {
            Some(status) => break status,
            None => std::thread::sleep(LOOK_EVERY),
        }
    };
    let cpu_seconds = target.server.cpu_seconds()? - cpu_seconds;
    let mut text = String::new();
    // It prints less than a pipe holds, so reading it at the end is early enough.
    child.stdout.take().context("wrk has no output")?.read_to_string(&mut text)?;
    if !status.success() {
        bail!("`{}` ended with {status}\n{text}", process::shown(&command));
    }
    let (requests, rate) = parse(&text)?;
    Ok(Load { requests, seconds: requests as f64 / rate, cpu_seconds, resident_mb })
}

/// The number of answers and their rate.
fn parse(text: &str) -> Result<(u64, f64)> {
    if let Some(line) = text.lines().find(|line| line.contains("Non-2xx") || line.contains("Socket errors")) {
        bail!("not every request was answered well: {}", line.trim());
    }
    let rate = text.lines().find_map(|line| line.trim().strip_prefix("Requests/sec:"));
    let rate = rate.and_then(|rate| rate.trim().parse().ok()).context("wrk printed no rate")?;
    let requests = text.lines().find_map(|line| line.trim().split_once(" requests in ")?.0.parse().ok());
    let requests: u64 = requests.context("wrk printed no number of requests")?;
    if requests == 0 {
        bail!("no request was answered");
    }
    Ok((requests, rate))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRINTED: &str = "Running 10s test @ http://127.0.0.1:3000/\n  2 threads and 50 connections\n  \
        Thread Stats   Avg      Stdev     Max   +/- Stdev\n  163411 requests in 10.01s, 20.10MB read\n\
        Requests/sec:  16324.78\nTransfer/sec:      2.01MB\n";

    #[test]
    fn the_rate_and_the_number_of_answers_are_read() {
        assert_eq!(parse(PRINTED).unwrap(), (163_411, 16_324.78));
    }

    #[test]
    fn a_measurement_with_refusals_or_errors_is_none() {
        assert!(parse(&format!("{PRINTED}  Non-2xx or 3xx responses: 3\n")).is_err());
        assert!(
            parse(&format!("{PRINTED}  Socket errors: connect 0, read 3, write 0, timeout 0\n")).is_err()
        );
        assert!(parse("unable to connect").is_err());
    }

    #[test]
    fn rounds_add_up_and_the_highest_memory_remains() {
        let mut load = Load { requests: 100, seconds: 1.0, cpu_seconds: 0.5, resident_mb: 80.0 };
        load.add(Load { requests: 300, seconds: 1.0, cpu_seconds: 0.5, resident_mb: 70.0 });
        assert_eq!(load.rate(), 200.0);
        assert_eq!(load.cpu_us(), 2_500.0);
        assert_eq!(load.resident_mb, 80.0);
    }
}
