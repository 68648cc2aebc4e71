//! A throwaway Redis server: made for one run, on a free port, with nothing on disk, gone afterwards.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::install::{self, Package};
use crate::lifeline::{Lifeline, Tended};
use crate::postgres::free_port;

const PACKAGE: Package = Package {
    name: "redis-server",
    proof: "/usr/bin/redis-server",
    why: "the tests run with the buckets of rate limits on a throwaway Redis server",
};

/// Databases for as many applications; the tests know the number.
const DATABASES: &str = "4096";
const START_SECONDS: u64 = 30;

/// A running server; dropping it stops it. The lifeline removes its folder.
pub struct Server<'a> {
    port: u16,
    _server: Tended<'a>,
}

impl<'a> Server<'a> {
    /// Makes and starts one, installing Redis when it is absent.
    pub fn start(lifeline: &'a Lifeline) -> Result<Self> {
        install::debian(&[PACKAGE])?;
        let mut failure = None;
        // Between finding a free port and taking it somebody else may be quicker.
        for _ in 0..3 {
            match Self::serve(lifeline) {
                Ok(server) => return Ok(server),
                Err(error) => failure = Some(error),
            }
        }
        Err(failure.unwrap_or_else(|| anyhow::anyhow!("Redis was not tried")))
    }

    fn serve(lifeline: &'a Lifeline) -> Result<Self> {
        let port = free_port()?;
        let mut redis = Command::new(PACKAGE.proof);
        redis.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--databases", DATABASES]);
        redis.args(["--save", "", "--appendonly", "no", "--dir"]).arg(lifeline.folder("redis")?);
        let mut server = lifeline.spawn(redis.stdout(Stdio::null()), "TERM")?;
        let started = Instant::now();
        while !answers(port) {
            if !server.running() {
                bail!("Redis ended while it started");
            }
            if started.elapsed() > Duration::from_secs(START_SECONDS) {
                bail!("Redis did not start within {START_SECONDS} s");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(Self { port, _server: server })
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }
}

fn answers(port: u16) -> bool {
    let asked = || {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(1)))?;
        stream.write_all(b"PING\r\n")?;
        let mut said = [0; 5];
        stream.read_exact(&mut said)?;
        std::io::Result::Ok(said == *b"+PONG")
    };
    asked().unwrap_or(false)
}
