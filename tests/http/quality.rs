//! Analyses and reports.

mod analyze;
mod get;
mod idempotency;
mod limit;
mod list;
mod refused;

use insula_tests::support::Caller;
use serde_json::Value;

/// What `metric` stands at, for the caller's tenant.
#[track_caller]
pub fn used(caller: &Caller<'_>, metric: &str) -> i64 {
    let usage: Value = caller.get("/api/v1/usage").send().expect(200).json();
    usage["metrics"][metric]["current"].as_i64().unwrap_or_else(|| panic!("no {metric}: {usage}"))
}

/// A file of `rows` rows, all different.
pub fn file(rows: usize) -> String {
    let lines: String = (0..rows).map(|row| format!("{row},{}\n", row % 7)).collect();
    format!("a,b\n{lines}")
}
