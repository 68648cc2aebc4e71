//! What a tenant has used.

mod get;
mod past;
mod periods;
mod plans;

use insula_tests::support::{Caller, Form};
use serde_json::Value;

/// The figures of the caller's tenant.
#[track_caller]
pub fn figures(caller: &Caller<'_>) -> Value {
    caller.get("/api/v1/usage").send().expect(200).json()["metrics"].clone()
}

/// What was used of calls and of rows.
#[track_caller]
pub fn used(caller: &Caller<'_>) -> (i64, i64) {
    let figures = figures(caller);
    let current = |metric: &str| figures[metric]["current"].as_i64().unwrap();
    (current("api_calls"), current("rows_analyzed"))
}

/// Analyses a file of `rows` rows, all different.
#[track_caller]
pub fn analyze(caller: &Caller<'_>, rows: usize) {
    let lines: String = (0..rows).map(|row| format!("{row}\n")).collect();
    let form = Form::file(format!("a\n{lines}"));
    let _ = caller.request("POST", "/api/v1/analyze").form(&form).send().expect(201);
}
