//! A program that runs beside a test and is stopped with it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const STOP_TIMEOUT: Duration = Duration::from_secs(15);
const SHOWN_LINES: usize = 40;

/// A running program. It stays in the test's process group, so that what ends the test from outside ends it too.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    // Apart, because the lines of the two would run into each other.
    output: PathBuf,
    errors: PathBuf,
}

impl Process {
    /// Starts it, with what it says in two files of that folder.
    #[track_caller]
    #[must_use]
    pub fn start(command: &mut Command, folder: &Path) -> Self {
        let name = command.get_program().to_string_lossy().into_owned();
        let (output, errors) = (folder.join("output"), folder.join("errors"));
        let file = |path| File::create(path).expect("a file for what it says");
        let child = command.stdin(Stdio::null()).stdout(file(&output)).stderr(file(&errors)).spawn();
        let child = child.unwrap_or_else(|error| panic!("cannot start {name}: {error}"));
        Self { name, child, output, errors }
    }

    /// Asks `ready` with the whole lines that it wrote to its error stream so far, until there is an answer.
    #[track_caller]
    pub fn wait_until<T>(&mut self, within: Duration, mut ready: impl FnMut(&str) -> Option<T>) -> T {
        let started = Instant::now();
        loop {
            let ended = self.child.try_wait().expect("its state");
            let said = text(&self.errors);
            if let Some(answer) = ready(said.rsplit_once('\n').map_or("", |(lines, _)| lines)) {
                return answer;
            }
            let state = match ended {
                Some(status) => format!("ended with {status}"),
                None if started.elapsed() > within => format!("does not serve after {within:?}"),
                None => {
                    std::thread::sleep(Duration::from_millis(20));
                    continue;
                }
            };
            panic!("{} {state}. It said:\n{}\n{}", self.name, end(&text(&self.output)), end(&said));
        }
    }
}

fn text(path: &Path) -> String {
    fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}

fn end(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(SHOWN_LINES)..].join("\n")
}

impl Process {
    /// Ends it at once, in the middle of whatever it does.
    pub fn kill(mut self) {
        self.child.kill().expect("to kill it");
        self.child.wait().expect("its end");
    }

    /// Asks it to end as Ctrl-C does; returns whether it ended well, and everything that it wrote to its error stream.
    #[must_use]
    pub fn interrupt(mut self) -> (bool, String) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", "INT", &id]).status().expect("to start kill");
        assert!(sent.success(), "{} ended by itself", self.name);
        let ended = self.child.wait().expect("its end");
        (ended.success(), text(&self.errors))
    }

    fn runs(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.runs() {
            // As Ctrl-C: the embedded host finishes what is under way, and Spin stops the processes that it started.
            let id = self.child.id().to_string();
            let _ = Command::new("kill").args(["-s", "INT", &id]).stderr(Stdio::null()).status();
        }
        let started = Instant::now();
        while self.runs() && started.elapsed() < STOP_TIMEOUT {
            std::thread::sleep(Duration::from_millis(20));
        }
        // These do nothing to a program that has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
