//! The work: a real file is analysed and its report read, and both are counted; what is refused is not.

use serde_json::json;

use super::Key;
use crate::support::{Form, repository};

const ROWS: i64 = 344;

fn penguins() -> String {
    std::fs::read_to_string(repository().join("examples/penguins.csv")).expect("examples/penguins.csv")
}

/// Gives the report's id.
pub fn analyze_and_read(key: &Key) -> String {
    let (calls, rows) = (key.used("api_calls"), key.used("rows_analyzed"));

    let form = Form::file(penguins()).text("label_column", "species");
    let made = key.client.post_form("/api/v1/analyze", &form).send().expect(201).json();
    assert_eq!(made["report"]["rows"], ROWS, "{made}");
    let id = made["id"].as_str().unwrap_or_default().to_owned();
    let path = format!("/api/v1/reports/{id}");
    let read = key.client.get(&path).send().expect(200);
    assert_eq!(read.json(), made, "what is stored is what was answered");
    assert_eq!(read.header("content-length"), read.body.len().to_string(), "its length is announced");

    assert_eq!((key.used("api_calls"), key.used("rows_analyzed")), (calls + 2, rows + ROWS));
    let same = key.client.get(&path).header("if-none-match", read.header("etag")).send().expect(304);
    assert!(same.body.is_empty(), "{same}");
    id
}

pub fn refused_files_are_not_counted(key: &Key) {
    let rows = key.used("rows_analyzed");

    let ragged = key.client.post_form("/api/v1/analyze", &Form::file("a,b\n1,2\n3\n")).send();
    assert_eq!(ragged.problem(422, "not-analyzable")["line"], 3, "{ragged}");
    let penguins = penguins();
    let (header, lines) = penguins.split_once('\n').unwrap_or_default();
    let large = Form::file(format!("{header}\n{}", lines.repeat(30)));
    let refused = key.client.post_form("/api/v1/analyze", &large).send();
    let problem = refused.problem(429, "quota-exceeded");
    assert_eq!(problem["metric"], "rows_analyzed", "{refused}");
    assert_eq!((&problem["limit"], &problem["used"]), (&json!(10_000), &json!(ROWS)), "{refused}");
    let seconds: u64 = refused.header("retry-after").parse().unwrap_or_default();
    assert!((1..=31 * 86_400).contains(&seconds), "until the month ends: {refused}");

    assert_eq!(key.used("rows_analyzed"), rows);
    let reports = key.client.get("/api/v1/reports").send().expect(200).json();
    assert_eq!(reports["items"].as_array().map(Vec::len), Some(1), "{reports}");
}
