//! A throwaway Redis server: made for one run, on a free port, with nothing on disk, gone afterwards.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::Result;

use crate::install::{self, Package};
use crate::lifeline::{Lifeline, Tended};
use crate::server;

const PACKAGE: Package = Package {
    name: "redis-server",
    proof: "/usr/bin/redis-server",
    why: "the tests run with the buckets of rate limits on a throwaway Redis server",
};

/// Databases for as many applications; the tests know the number.
const DATABASES: &str = "4096";

/// A running server; dropping it stops it. The lifeline removes its folder.
pub struct Server<'a> {
    port: u16,
    _server: Tended<'a>,
}

impl<'a> Server<'a> {
    /// Makes and starts one, installing Redis when it is absent.
    pub fn start(lifeline: &'a Lifeline) -> Result<Self> {
        install::debian(&[PACKAGE])?;
        server::on_a_free_port("Redis", |port| Self::serve(lifeline, port))
    }

    fn serve(lifeline: &'a Lifeline, port: u16) -> Result<Self> {
        let mut redis = Command::new(PACKAGE.proof);
        redis.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--databases", DATABASES]);
        redis.args(["--save", "", "--appendonly", "no", "--dir"]).arg(lifeline.folder("redis")?);
        let mut server = lifeline.spawn(redis.stdout(Stdio::null()), "TERM")?;
        server::wait("Redis", &mut server, || answers(port))?;
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
