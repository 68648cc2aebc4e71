//! Counting what `cargo test` says, and keeping what it says of tests that fail.

/// How many lines of what failed tests said are kept; a run in which everything fails should still be read.
const KEPT: usize = 400;

/// How many tests passed and failed, and whether cargo itself was content.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Tests that passed.
    pub passed: u64,
    /// Tests that failed.
    pub failed: u64,
    /// Whether cargo ended with success; it does not when a test program crashes or does not compile.
    pub succeeded: bool,
    /// What stood under `failures:`: what each failed test printed, and then the names of all of them.
    pub failures: Vec<String>,
    /// Whether the lines that come tell of failed tests.
    pub within_failures: bool,
}

impl Totals {
    /// Adds the counts of a `test result:` line, and keeps a line that tells of a failed test; any other adds nothing.
    pub fn add_line(&mut self, line: &str) {
        let Some((_, counts)) = line.split_once("test result: ") else {
            self.within_failures |= line == "failures:";
            if self.within_failures && self.failures.len() < KEPT && !line.is_empty() && line != "failures:" {
                self.failures.push(line.to_owned());
            }
            return;
        };
        self.within_failures = false;
        let count = |what: &str| -> u64 {
            let words: Vec<&str> = counts.split([' ', ';', '.']).filter(|word| !word.is_empty()).collect();
            words.windows(2).find(|pair| pair[1] == what).and_then(|pair| pair[0].parse().ok()).unwrap_or(0)
        };
        self.passed += count("passed");
        self.failed += count("failed");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_result_lines_are_added_up_and_nothing_else_is() {
        let mut totals = Totals::default();
        for line in [
            "test a_promise ... ok",
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.10s",
            "test result: FAILED. 7 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.23s",
        ] {
            totals.add_line(line);
        }
        assert_eq!((totals.passed, totals.failed), (19, 2));
        assert_eq!(totals.failures, Vec::<String>::new());
    }

    #[test]
    fn what_failed_tests_said_is_kept_with_their_names() {
        let mut totals = Totals::default();
        let output = "running 2 tests\ntest a ... ok\ntest b ... FAILED\n\nfailures:\n\n---- b stdout ----\nleft: 1\n\n\
                      failures:\n    b\n\ntest result: FAILED. 1 passed; 1 failed; 0 ignored\nrunning 0 tests";
        output.lines().for_each(|line| totals.add_line(line));
        assert_eq!(totals.failures, ["---- b stdout ----", "left: 1", "    b"]);
    }
}
