//! A test program without Rust's harness, which counts what was skipped among what passed.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::time::Instant;

/// A test: its promise, and how to see whether it is kept.
pub struct Test<'a> {
    /// The promise.
    pub name: &'a str,
    /// Panics when it is not kept.
    pub run: Box<dyn FnOnce() + 'a>,
}

impl<'a> Test<'a> {
    /// A test.
    #[must_use]
    pub fn new(name: &'a str, run: impl FnOnce() + 'a) -> Self {
        Self { name, run: Box::new(run) }
    }
}

/// Runs the tests that the command line chooses, one after another, and reports as Rust's harness does.
#[must_use]
pub fn run(tests: Vec<Test<'_>>) -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--list") {
        for test in tests {
            println!("{}: test", test.name);
        }
        return ExitCode::SUCCESS;
    }
    let started = Instant::now();
    let (mut passed, mut failed, mut left_out) = (0, Vec::new(), 0);
    for Test { name, run } in tests {
        if !is_chosen(name, &arguments) {
            left_out += 1;
            continue;
        }
        // Whatever a test left half done is its own and is never looked at again.
        let outcome = catch_unwind(AssertUnwindSafe(run));
        match outcome {
            Ok(()) => {
                passed += 1;
                println!("test {name} ... ok");
            }
            Err(reason) => {
                println!("test {name} ... FAILED\n{}", text(&*reason));
                failed.push(name);
            }
        }
    }
    let result = if failed.is_empty() { "ok" } else { "FAILED" };
    println!(
        "\ntest result: {result}. {passed} passed; {} failed; 0 ignored; 0 measured; {left_out} filtered out; \
         finished in {:.2}s\n",
        failed.len(),
        started.elapsed().as_secs_f64()
    );
    if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Rust's harness: words choose by a part of the name, `--skip WORD` leaves out, other options change nothing here.
fn is_chosen(name: &str, arguments: &[String]) -> bool {
    const WITH_VALUE: [&str; 5] = ["--color", "--format", "--logfile", "--test-threads", "-Z"];
    let (mut wanted, mut skipped) = (Vec::new(), Vec::new());
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        if argument == "--skip" {
            skipped.extend(rest.next());
        } else if WITH_VALUE.contains(&argument.as_str()) {
            rest.next();
        } else if !argument.starts_with('-') {
            wanted.push(argument);
        }
    }
    let names = |words: &[&String]| words.iter().any(|word| name.contains(word.as_str()));
    (wanted.is_empty() || names(&wanted)) && !names(&skipped)
}

fn text(reason: &(dyn Any + Send)) -> &str {
    reason
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| reason.downcast_ref::<&str>().copied())
        .unwrap_or("it panicked")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_chosen_as_rusts_harness_chooses_them() {
        let chosen = |line: &str| {
            let arguments: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
            is_chosen("the_journey_on_sqlite", &arguments)
        };
        for line in ["", "journey", "other sqlite", "--nocapture", "--test-threads 1", "--skip postgres"] {
            assert!(chosen(line), "{line}");
        }
        for line in ["postgres", "--skip sqlite", "journey --skip the", "--test-threads 1 other"] {
            assert!(!chosen(line), "{line}");
        }
    }
}
