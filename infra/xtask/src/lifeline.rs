//! What a task starts ends with the task, however the task ends.
//!
//! A small shell, the *keeper*, is told of every program and folder through a pipe. When the pipe closes,
//! it stops the programs, last started first, and removes the folders. The pipe closes by itself when the
//! task runner ends, be it by success, failure, panic, Ctrl-C or `kill -9`, so no signal needs handling.
//!
//! Guarantees: a program that was announced gets its signal and, when it has ended or after ten seconds, what is
//! left of its process group gets SIGKILL. Not guaranteed: anything when the keeper itself is killed.

use std::cell::RefCell;
use std::io::{ErrorKind, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::process;

/// Reads `stop SIGNAL GROUP`, `stopped GROUP`, `remove PATH`; acts when there is nothing more to read.
const KEEPER: &str = r#"
trap '' INT TERM HUP
groups= folders=
while read -r verb first second; do
  case $verb in
    stop) groups="$first:$second $groups" ;;
    stopped) kept=; for g in $groups; do [ "${g#*:}" = "$first" ] || kept="$kept $g"; done; groups=$kept ;;
    remove) folders="$folders $first" ;;
  esac
done
for g in $groups; do
  leader=${g#*:}
  kill -s "${g%%:*}" -- "-$leader" 2>/dev/null || continue
  tenths=100
  while [ $tenths -gt 0 ] && read -r stat 2>/dev/null <"/proc/$leader/stat"; do
    case $stat in *") Z "*) break ;; esac
    tenths=$((tenths - 1))
    sleep 0.1
  done
  kill -s KILL -- "-$leader" 2>/dev/null
done
for f in $folders; do rm -rf -- "$f"; done
"#;

/// The keeper, as long as it is needed. Dropping it ends everything and waits until that is done.
pub struct Lifeline {
    pipe: RefCell<Option<ChildStdin>>,
    keeper: Child,
}

impl Lifeline {
    /// Starts the keeper, in a process group of its own so that Ctrl-C in a terminal does not reach it.
    pub fn start() -> Result<Self> {
        let mut keeper = Command::new("sh")
            .args(["-c", KEEPER])
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .context("cannot start sh")?;
        Ok(Self { pipe: RefCell::new(keeper.stdin.take()), keeper })
    }

    /// Starts a program in a process group of its own; `signal` is what asks it to end.
    pub fn spawn(&self, command: &mut Command, signal: &'static str) -> Result<Tended<'_>> {
        command.process_group(0).stdin(Stdio::null());
        let child = command.spawn().with_context(|| format!("cannot start `{}`", process::shown(command)))?;
        let tended = Tended { child, signal, lifeline: self, ended: false };
        self.tell(&format!("stop {signal} {}", tended.child.id()))?;
        Ok(tended)
    }

    /// Makes a folder in the system's temporary folder that only this user can enter.
    pub fn folder(&self, name: &str) -> Result<PathBuf> {
        use std::os::unix::fs::DirBuilderExt as _;
        for attempt in 0..1000 {
            let path = std::env::temp_dir().join(format!("insula-{name}-{}-{attempt}", std::process::id()));
            match std::fs::DirBuilder::new().mode(0o700).create(&path) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error).with_context(|| format!("cannot create {}", path.display())),
                Ok(()) => {
                    self.remove_at_the_end(&path)?;
                    return Ok(path);
                }
            }
        }
        anyhow::bail!("the temporary folder is full of insula-{name}-…")
    }

    fn remove_at_the_end(&self, path: &Path) -> Result<()> {
        let text = path.to_str().filter(|text| !text.contains(char::is_whitespace));
        self.tell(&format!("remove {}", text.context("the temporary folder's name holds a space")?))
    }

    fn tell(&self, line: &str) -> Result<()> {
        let mut pipe = self.pipe.borrow_mut();
        let pipe = pipe.as_mut().context("the keeper is gone")?;
        writeln!(pipe, "{line}").context("the keeper ended early")
    }
}

impl Drop for Lifeline {
    fn drop(&mut self) {
        drop(self.pipe.borrow_mut().take());
        // Waiting cannot usefully fail: either way there is nothing left to wait for.
        _ = self.keeper.wait();
    }
}

/// A running program that is stopped when it is dropped.
pub struct Tended<'a> {
    /// The program, for its id and its pipes.
    pub child: Child,
    signal: &'static str,
    lifeline: &'a Lifeline,
    ended: bool,
}

impl Tended<'_> {
    /// Waits for its own end.
    pub fn wait(mut self) -> Result<ExitStatus> {
        let status = self.child.wait()?;
        self.ended()?;
        Ok(status)
    }

    /// Whether it still runs.
    pub fn running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// To the whole group; that there is none any more is no error.
    fn send(&self, signal: &str) {
        let send = format!("kill -s {signal} -- -{}", self.child.id());
        _ = process::succeeds(Command::new("sh").args(["-c", &send]));
    }

    fn ended(&mut self) -> Result<()> {
        self.ended = true;
        self.lifeline.tell(&format!("stopped {}", self.child.id()))
    }
}

impl Drop for Tended<'_> {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        self.send(self.signal);
        for _ in 0..100 {
            if !self.running() {
                break;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        // What is left of the group, be it the program itself or children that it did not wait for.
        self.send("KILL");
        _ = self.child.wait();
        // Failing to tell the keeper leaves it with a group that does not exist: harmless.
        _ = self.ended();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A group whose leader waits to be collected by this test is not alive.
    fn alive(group: u32) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/{group}/stat")).unwrap_or_default();
        !stat.is_empty() && !stat.contains(") Z ")
    }

    #[test]
    fn dropping_it_stops_every_program_with_its_children_and_removes_the_folders() {
        let lifeline = Lifeline::start().unwrap();
        let folder = lifeline.folder("lifeline").unwrap();
        std::fs::write(folder.join("file"), "").unwrap();
        let tended = lifeline.spawn(Command::new("sh").args(["-c", "sleep 600 & wait"]), "TERM").unwrap();
        let group = tended.child.id();
        // What a killed task runner leaves: nobody drops this value.
        std::mem::forget(tended);
        assert!(alive(group));
        drop(lifeline);
        assert!(!folder.exists());
        assert!(!alive(group));
    }

    #[test]
    fn a_dropped_program_is_stopped_while_the_others_run_on() {
        let lifeline = Lifeline::start().unwrap();
        let one = lifeline.spawn(Command::new("sleep").arg("600"), "TERM").unwrap();
        let mut other = lifeline.spawn(Command::new("sleep").arg("600"), "TERM").unwrap();
        let group = one.child.id();
        drop(one);
        assert!(!alive(group));
        assert!(other.running());
    }
}
