//! A long log at the server: checked there, written to a file, and the file checked by whoever has it, in little memory.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};

use super::ENTRIES;
use crate::bench::Bench;
use crate::bench::client;
use crate::bench::figure::{Aim, Figure};
use crate::bench::server::Server;
use crate::process;

/// The address space that the check of the file may have, in KiB: a part of what the file has.
const LITTLE_KIB: u32 = 192 << 10;

/// Where the log is, and who may read it.
pub struct Long<'a> {
    pub bench: &'a Bench<'a>,
    pub server: &'a Server<'a>,
    pub state: &'a Path,
    pub tenant_id: &'a str,
    pub bearer: &'a str,
    /// The database.
    pub named: &'a str,
}

impl Long<'_> {
    /// Entries a second of each.
    pub fn figures(&self) -> Result<Vec<Figure>> {
        let rate = |started: Instant| ENTRIES as f64 / started.elapsed().as_secs_f64();
        let started = Instant::now();
        let calls = self.verify()?;
        let checked = Figure::quantity(
            format!("audit: entries checked by the server, {}", self.named),
            rate(started),
            "/s",
            Aim::Shown,
        );
        let (started, before) = (Instant::now(), self.server.resident_mb()?);
        let (file, most) = self.export()?;
        let exported = Figure::quantity(
            format!("audit: entries written to a file, {}", self.named),
            rate(started),
            "/s",
            Aim::Shown,
        );
        let megabytes = file.metadata()?.len() as f64 / 1e6;
        let started = Instant::now();
        self.check(&self.state.join("exported.ndjson"))?;
        let offline = Figure::quantity(
            "audit: entries of the file checked in 192 MiB",
            rate(started),
            "/s",
            Aim::Shown,
        );
        Ok(vec![
            checked.and("calls", calls),
            exported.and("file MB", megabytes).and("host MB before", before).and("most MB", most),
            offline,
        ])
    }

    fn path(&self, rest: &str) -> String {
        format!("/api/v1/tenants/{}/audit-log{rest}", self.tenant_id)
    }

    /// Has the server check it from the beginning to the end. Returns how many calls that took.
    fn verify(&self) -> Result<f64> {
        let (mut next, mut calls) = (0, 0.0);
        loop {
            let path = self.path(&format!("/verify?first_entry={next}"));
            let answer = client::send(self.server.address(), "POST", &path, &[self.bearer], b"")?;
            let said = answer.json()?;
            if said["outcome"] != "right" {
                bail!("the log was found {said}");
            }
            calls += 1.0;
            match said["next"].as_u64() {
                Some(entry) => next = entry,
                None => return Ok(calls),
            }
        }
    }

    /// Writes it to a file. Returns that, and the most resident memory that the server had meanwhile.
    fn export(&self) -> Result<(std::fs::File, f64)> {
        let path = self.state.join("exported.ndjson");
        let mut curl = Command::new("curl");
        curl.args(["-sS", "--fail", "-H", self.bearer, "-o"]).arg(&path);
        let mut child =
            curl.arg(self.server.url(&self.path("?format=ndjson"))).spawn().context("cannot start curl")?;
        let mut most: f64 = 0.0;
        while child.try_wait()?.is_none() {
            most = most.max(self.server.resident_mb()?);
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        if !child.wait()?.success() {
            bail!("the log could not be written to a file at once");
        }
        Ok((std::fs::File::open(path)?, most))
    }

    /// Has the file checked as its reader would, with little memory.
    fn check(&self, file: &Path) -> Result<()> {
        let path = format!("/api/v1/audit-log-keys/{}", self.tenant_id);
        let answer = client::get(self.server.address(), &path, &[])?.json()?;
        let key = answer["key"].as_str().with_context(|| format!("no key: {answer}"))?;
        let mut shell = Command::new("sh");
        let script = format!("ulimit -v {LITTLE_KIB} && exec \"$0\" audit verify \"$1\" --key \"$2\"");
        shell.args(["-c", &script]).arg(&self.bench.programs.host).arg(file).arg(key);
        process::output(&mut shell).map(drop)
    }
}
