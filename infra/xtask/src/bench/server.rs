//! A program under measurement: started on a free port with a state of its own, watched from outside.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use super::database::Database;
use super::{Bench, client};
use crate::lifeline::Tended;
use crate::server::free_port;

/// Ticks per second in `/proc`; Linux shows 100 whatever the kernel counts with.
const TICKS_PER_SECOND: f64 = 100.0;

const START_SECONDS: u64 = 120;

/// A running server; dropping it stops it.
pub struct Server<'a> {
    tended: Tended<'a>,
    address: String,
    /// From the start of the process to the first 200.
    pub first_answer: Duration,
}

/// What the host serves.
#[derive(Clone, Copy)]
pub struct Host<'a> {
    /// The manifest, from the repository's root.
    pub manifest: &'a Path,
    /// A path that answers 200 as soon as the server is ready.
    pub ready_path: &'a str,
}

/// The same with the place of its data.
pub struct Placed<'a> {
    host: Host<'a>,
    state: &'a Path,
    database_url: Option<String>,
    variables: Vec<(&'static str, &'static str)>,
}

/// The whole application.
pub fn application() -> Host<'static> {
    Host { manifest: Path::new("spin.toml"), ready_path: "/health/live" }
}

impl<'a> Host<'a> {
    /// With its keys, caches and embedded database in a state folder; a fresh one for a cold start.
    pub fn on(self, state: &'a Path, database: &Database<'_>) -> Placed<'a> {
        Placed { host: self, state, database_url: database.url(), variables: Vec::new() }
    }
}

impl Placed<'_> {
    /// With another value for a variable of the manifest.
    pub fn with_variable(mut self, name: &'static str, value: &'static str) -> Self {
        self.variables.push((name, value));
        self
    }
}

impl<'a> Server<'a> {
    /// Starts the host as it is shipped.
    pub fn host(bench: &Bench<'a>, placed: &Placed<'_>) -> Result<Self> {
        let address = format!("127.0.0.1:{}", free_port()?);
        let mut command = Command::new(&bench.programs.host);
        command.current_dir(bench.workspace.root()).args(["serve", "--listen", &address]);
        command.arg("--threads").arg(bench.threads.to_string());
        command.arg("--manifest").arg(placed.host.manifest).arg("--state").arg(placed.state);
        for (name, value) in &placed.variables {
            command.env(format!("SPIN_VARIABLE_{}", name.to_uppercase()), value);
        }
        if let Some(url) = &placed.database_url {
            command.args(["--database-url", url]);
        }
        Self::start(bench, command, address, &placed.state.join("host.log"), placed.host.ready_path)
    }

    /// Starts any program that listens on `address`, and waits until `ready_path` answers 200.
    pub fn start(
        bench: &Bench<'a>,
        mut command: Command,
        address: String,
        log: &Path,
        ready_path: &str,
    ) -> Result<Self> {
        // Into a file: a pipe that nobody reads would stop the server, a terminal would slow it down.
        let file = std::fs::File::create(log).with_context(|| format!("cannot create {}", log.display()))?;
        command.stdout(Stdio::from(file.try_clone()?)).stderr(Stdio::from(file));
        let started = Instant::now();
        let mut tended = bench.lifeline.spawn(&mut command, "TERM")?;
        while !client::get(&address, ready_path, &[]).is_ok_and(|answer| answer.status == 200) {
            if !tended.running() || started.elapsed() > Duration::from_secs(START_SECONDS) {
                bail!("{ready_path} never answered 200; the program said:\n{}", end_of(log));
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        Ok(Self { tended, address, first_answer: started.elapsed() })
    }

    /// The URL of a path on it.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Where it listens.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// CPU time taken so far, of all of its threads.
    pub fn cpu_seconds(&self) -> Result<f64> {
        let stat = std::fs::read_to_string(self.proc("stat"))?;
        ticks(&stat)
            .map(|ticks| ticks as f64 / TICKS_PER_SECOND)
            .context("/proc says nothing of its CPU time")
    }

    /// Memory that is in RAM now.
    pub fn resident_mb(&self) -> Result<f64> {
        let status = std::fs::read_to_string(self.proc("status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib: Option<f64> = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse().ok());
        kib.map(|kib| kib * 1024.0 / 1e6).context("/proc says nothing of its memory")
    }

    fn proc(&self, file: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}/{file}", self.tended.child.id()))
    }
}

/// User and system time; the name before them may hold spaces and parentheses.
fn ticks(stat: &str) -> Option<u64> {
    let after_name: Vec<&str> = stat.rsplit_once(") ")?.1.split(' ').collect();
    let field = |number: usize| -> Option<u64> { after_name.get(number - 3)?.parse().ok() };
    Some(field(14)? + field(15)?)
}

fn end_of(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_time_is_read_behind_a_name_with_spaces() {
        let stat = "42 (a (b) c) S 1 42 42 0 -1 4194304 100 0 0 0 170 30 0 0 20 0 8 0 1 2 3";
        assert_eq!(ticks(stat), Some(200));
        assert_eq!(ticks("42 (short) S 1"), None);
    }
}
