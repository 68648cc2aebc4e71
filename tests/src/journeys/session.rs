//! Shell commands of one session, as a person would type them, with the output of each part by itself.

use std::path::Path;
use std::process::{Command, Stdio};

const MARK: &str = "--8<-- a part of the session ends here --8<--";

/// What a part of a session wrote to standard output.
pub type Output = String;

/// Runs the parts in one bash that ends at the first failure, and gives what each of them wrote.
///
/// # Panics
///
/// When a command fails; the message says in which part, and what the session said.
#[track_caller]
#[must_use]
pub fn session(folder: &Path, parts: &[String]) -> Vec<Output> {
    let script: String = parts.iter().map(|part| format!("{part}\nprintf '%s\\n' '{MARK}'\n")).collect();
    let mut bash = Command::new("bash");
    bash.args(["-eu", "-o", "pipefail", "-c", &script]).current_dir(folder).stdin(Stdio::null());
    let output = bash.output().unwrap_or_else(|error| panic!("cannot start bash: {error}"));
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    let mut outputs: Vec<Output> = said.split(&format!("{MARK}\n")).map(str::to_owned).collect();
    let last = outputs.pop().unwrap_or_default();
    if !output.status.success() || outputs.len() != parts.len() {
        let part = parts.get(outputs.len()).map_or("", String::as_str);
        panic!("the session ended with {} in\n\n{part}\n\nIt wrote:\n{last}\n{errors}", output.status);
    }
    outputs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(parts: &[&str]) -> Vec<Output> {
        let parts: Vec<String> = parts.iter().map(|part| (*part).to_owned()).collect();
        session(&std::env::temp_dir(), &parts)
    }

    #[test]
    fn the_parts_share_their_variables_and_each_has_its_own_output() {
        assert_eq!(run(&["A=1\necho one", "", "echo $A; printf two"]), ["one\n", "", "1\ntwo"]);
    }

    #[test]
    #[should_panic(expected = "in\n\nfalse | true")]
    fn a_failure_anywhere_in_a_pipe_ends_the_session() {
        let _ = run(&["true", "false | true", "true"]);
    }

    #[test]
    #[should_panic(expected = "NEVER_SET")]
    fn a_variable_that_was_never_set_ends_the_session() {
        let _ = run(&["echo $NEVER_SET"]);
    }
}
