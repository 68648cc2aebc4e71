//! `POST /api/v1/analyze` with what can't be analysed: a 422 that says which line and why, nothing stored, no row counted.

use insula_tests::support::{App, Form};

use super::used;

#[test]
fn a_bad_file_is_refused_with_line_and_reason_and_is_neither_stored_nor_counted() {
    let app = App::start().without_limits();
    let key = app.person("ada").key(&["analyze", "read"]);
    let wide: String = (0..10_000).map(|column| format!("c{column},")).collect();
    let cases: [(&[u8], &str, Option<u64>); 8] = [
        (b"", "empty", None),
        (b"a,b\n", "header_only", Some(1)),
        (b"a,b\n1,2\n3\n", "ragged_row", Some(3)),
        (b"a,b\n1,2\n3,4,5\n", "ragged_row", Some(3)),
        (b"a,b\n1,\xff\n", "not_utf8", Some(2)),
        (b"a,b\n1,\"2\n", "unterminated_quote", Some(2)),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not_utf8", Some(1)),
        (wide.as_bytes(), "too_many_columns", Some(1)),
    ];

    for (content, code, line) in cases {
        let answer = key.request("POST", "/api/v1/analyze").form(&Form::file(content)).send();
        let problem = answer.problem(422, "not-analyzable");
        assert_eq!(problem["errors"][0]["pointer"], "/file", "{answer}");
        assert_eq!(problem["errors"][0]["code"], code, "{answer}");
        assert_eq!(problem["line"].as_u64(), line, "{answer}");
    }
    assert_eq!(app.db().number(&format!("select count(*) from {}", app.db().product("report"))), 0);
    assert_eq!(used(&key, "rows_analyzed"), 0);
}

#[test]
fn a_label_column_that_is_not_there_is_named() {
    let app = App::start();
    let key = app.person("ada").key(&["analyze", "read"]);
    for form in [
        Form::file("a,b\n1,2\n").text("label_column", "c"),
        Form::default().text("label_column", "c").part("name=\"file\"; filename=\"x\"", "a,b\n1,2\n"),
    ] {
        let answer = key.request("POST", "/api/v1/analyze").form(&form).send();
        let problem = answer.problem(422, "not-analyzable");
        assert_eq!(problem["errors"][0]["pointer"], "/label_column");
        assert_eq!(problem["errors"][0]["code"], "unknown_label_column");
        assert_eq!(problem["line"], 1, "where the columns are named: {answer}");
    }
    assert_eq!(app.db().number(&format!("select count(*) from {}", app.db().product("report"))), 0);
    assert_eq!(used(&key, "rows_analyzed"), 0);
}

#[test]
fn a_form_with_unknown_repeated_or_missing_parts_is_refused() {
    let app = App::start();
    let key = app.person("ada").key(&["analyze"]);
    let send = |form: &Form| key.request("POST", "/api/v1/analyze").form(form).send();

    send(&Form::file("a\n1\n").text("labels", "a")).invalid("/", "unknown");
    send(&Form::default().text("label_column", "a")).invalid("/file", "required");
    send(&Form::file("a\n1\n").part("name=\"file\"; filename=\"y\"", "a\n1\n")).invalid("/file", "repeated");
    send(&Form::file("a\n1\n").text("label_column", &"x".repeat(201))).invalid("/label_column", "length");
    let broken =
        key.request("POST", "/api/v1/analyze").body("multipart/form-data; boundary=x", "no form").send();
    broken.problem(400, "malformed");
    let no_boundary = key.request("POST", "/api/v1/analyze").body("multipart/form-data", "").send();
    no_boundary.problem(400, "malformed");
}

#[test]
fn a_file_name_is_shown_without_folders() {
    let app = App::start();
    let key = app.person("ada").key(&["analyze"]);
    let form = Form::default().part("name=\"file\"; filename=\"../../etc/passwd\"", "a\n1\n");

    let answer = key.request("POST", "/api/v1/analyze").form(&form).send().expect(201);

    assert_eq!(answer.json()["file_name"], "passwd");
}
