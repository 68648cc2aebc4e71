//! Counting what `cargo test` says.

/// How many tests passed and failed, and whether cargo itself was content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Tests that passed.
    pub passed: u64,
    /// Tests that failed.
    pub failed: u64,
    /// Whether cargo ended with success; it does not when a test program crashes or does not compile.
    pub succeeded: bool,
}

impl Totals {
    /// Adds one `test result:` line; any other line adds nothing.
    pub fn add_line(&mut self, line: &str) {
        let Some((_, counts)) = line.split_once("test result: ") else { return };
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
    }
}
