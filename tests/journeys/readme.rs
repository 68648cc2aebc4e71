//! The README's quickstart, run as it is written, and the journey that also runs under Spin: both over the sockets of
//! the embedded host's own binary.
#![allow(clippy::panic, clippy::unwrap_used, missing_docs, reason = "tests")]

use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::time::Duration;

use insula_tests::journeys::quickstart::{blocks, missing, readme};
use insula_tests::journeys::{Backing, Process, Server, embedded, journey, session};
use insula_tests::support::repository;
use serde_json::Value;

/// Where the README's server listens.
const README_ADDRESS: &str = "http://127.0.0.1:3000";
/// Looks at the usage, once there is a key to do it with. Between the blocks, so that a reader sees none of it.
const LOOK: &str = "[ -z \"${KEY-}\" ] || curl -sS \"$BASE/api/v1/usage\" -H \"authorization: Bearer $KEY\"";

fn used(usage: &str, metric: &str) -> i64 {
    let usage: Value = serde_json::from_str(usage).unwrap_or_else(|error| panic!("{error}: {usage}"));
    usage["metrics"][metric]["current"].as_i64().unwrap_or_else(|| panic!("no {metric} in {usage}"))
}

#[test]
fn the_quickstart_prints_what_the_readme_says_counts_what_it_did_and_is_told_when_to_come_back() {
    let server = Server::embedded(Backing::under_test());
    let blocks = blocks(&readme(), "Quickstart");
    assert_eq!(blocks.len(), 6, "register, key, analyse, usage, quota, rate");
    assert!(blocks[0].commands.contains(README_ADDRESS));
    let mut parts = Vec::new();
    for block in &blocks {
        parts.push(block.commands.replace(README_ADDRESS, server.base()));
        parts.push(LOOK.to_owned());
    }
    // Nobody looks after the last block: its refusal is what counts.
    *parts.last_mut().unwrap() = "printf %s \"$KEY\"".to_owned();

    let outputs = session(&repository(), &parts);
    for (block, output) in blocks.iter().zip(outputs.iter().step_by(2)) {
        if let Some(piece) = missing(&block.expected, output) {
            panic!(
                "README.md, line {}: the output does not have `{piece}` where it should.\n\nCommands:\n{}\n\n\
                 Expected:\n{}\n\nActual:\n{output}",
                block.line, block.commands, block.expected
            );
        }
    }
    let looks: Vec<&String> = outputs.iter().skip(1).step_by(2).collect();
    for (metric, rise) in [("api_calls", 2), ("rows_analyzed", 344)] {
        assert_eq!(
            used(looks[2], metric) - used(looks[1], metric),
            rise,
            "{metric} by the analysis and its report"
        );
        assert_eq!(used(looks[3], metric), used(looks[2], metric), "{metric} by looking at the usage");
    }
    assert_eq!(used(looks[4], "rows_analyzed"), 344, "by the file that was refused");
    comes_back(&server, looks[5], &outputs[10]);
}

#[test]
fn the_proof_of_the_log_prints_what_the_readme_says() {
    let server = Server::embedded(Backing::under_test());
    let blocks = blocks(&readme(), "Proving the log");
    assert_eq!(blocks.len(), 4, "read, sign, check, change");
    let host = embedded::host_binary();
    let own = |text: &str| {
        let text = text
            .replace(README_ADDRESS, server.base())
            .replace("target/release/insula", host.to_str().unwrap());
        text.replace("127.0.0.1:3000/audit", &format!("{}/audit", server.base().replace("http://", "")))
    };
    let outputs =
        session(&repository(), &blocks.iter().map(|block| own(&block.commands)).collect::<Vec<_>>());
    for (block, output) in blocks.iter().zip(&outputs) {
        let piece = missing(&own(&block.expected), output);
        assert_eq!(piece, None, "README.md, line {}:\n{}\n{output}", block.line, block.commands);
    }
}

/// What a person has done who has just cloned the repository; here everything is built, so it serves at once.
#[test]
fn one_command_serves_shows_its_key_once_and_says_three_commands_that_work() {
    let (folder, backing) = (tempfile::tempdir().unwrap(), Backing::under_test());
    let state = folder.path().join("state");
    let up = || {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.current_dir(repository()).args(["xtask", "up", "--listen", "127.0.0.1:0"]);
        command.arg("--state").arg(&state);
        embedded::only_own_variables(&mut command);
        if let Some(address) = backing.address() {
            command.args(["--database-url", address]);
        }
        let mut process = Process::start(&mut command, folder.path());
        let _ = embedded::base(&mut process);
        let said = process.wait_until(embedded::START_TIMEOUT, |lines| {
            lines.contains("examples/penguins.csv").then(|| lines.to_owned())
        });
        (process, said)
    };

    let (process, said) = up();
    assert_eq!(said.matches("insop_").count(), 1, "{said}");
    let mode = std::fs::metadata(state.join("operator.key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let next = said.split_once("Try next").unwrap().1.lines().filter(|line| line.starts_with("  "));
    let next = next.collect::<Vec<_>>().join("\n");
    assert_eq!(next.matches("curl ").count(), 3, "{next}");
    let printed = session(&repository(), &[next]).concat();
    assert!(printed.contains("\"email\":\"ada@example.com\""), "{printed}");
    assert!(printed.contains("\"rows\":344"), "{printed}");
    assert!(process.interrupt().0, "it ends well");

    let (process, said) = up();
    assert!(!said.contains("insop_"), "the key is shown once: {said}");
    assert!(process.interrupt().0);
}

/// Sees that whoever waits as long as `refusal` says is admitted.
#[track_caller]
fn comes_back(server: &Server, key: &str, refusal: &str) {
    let retry_after = refusal.lines().find_map(|line| line.strip_prefix("retry-after: "));
    let seconds: u64 = retry_after.and_then(|text| text.trim().parse().ok()).expect(refusal);
    assert!((1..=6).contains(&seconds), "a call every six seconds, not in {seconds} s");
    std::thread::sleep(Duration::from_secs(seconds));
    let _ = server.client().bearing(key).get("/api/v1/usage").send().expect(200);
}

#[test]
fn the_journey_that_runs_under_spin_arrives_on_the_embedded_host() {
    let server = Server::embedded(Backing::under_test());
    journey::run(server.base(), server.operator_key());
}
