//! A Redis server of a test's own, on a free port, which can be stopped and started again.

use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

use super::process::Process;
use super::server::free_port;

const START_TIMEOUT: Duration = Duration::from_secs(60);
/// What whoever connects must say.
const PASSWORD: &str = "a-password-of-redis";

/// A server that keeps nothing on disk.
#[derive(Debug)]
pub struct RedisServer {
    port: u16,
    // In this order: the server ends before its folder goes.
    process: Option<Process>,
    folder: TempDir,
}

impl RedisServer {
    /// Starts one.
    #[track_caller]
    #[must_use]
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut server = Self { port: free_port(), process: None, folder };
        server.start_again();
        server
    }

    /// Its address, with the password.
    #[must_use]
    pub fn address(&self) -> String {
        format!("redis://:{PASSWORD}@127.0.0.1:{}", self.port)
    }

    /// The password.
    #[must_use]
    pub fn password(&self) -> &'static str {
        PASSWORD
    }

    /// Ends it at once, with all that it had.
    pub fn stop(&mut self) {
        if let Some(process) = self.process.take() {
            process.kill();
        }
    }

    /// Starts it on the same port, with nothing in it.
    #[track_caller]
    pub fn start_again(&mut self) {
        let mut command = Command::new("redis-server");
        command.args(["--port", &self.port.to_string(), "--bind", "127.0.0.1", "--requirepass", PASSWORD]);
        command.args(["--save", "", "--appendonly", "no", "--dir"]).arg(self.folder.path());
        let mut process = Process::start(&mut command, self.folder.path());
        process.wait_until(START_TIMEOUT, |_| {
            TcpStream::connect(("127.0.0.1", self.port)).is_ok().then_some(())
        });
        self.process = Some(process);
    }
}
