//! `GET /api/v1/reports/{report_id}`

use insula_tests::support::{App, Form};

use super::file;

#[test]
fn a_report_is_read_as_it_was_answered() {
    let app = App::start();
    let key = app.person("ada").key(&["analyze", "read"]);
    let made = key.request("POST", "/api/v1/analyze").form(&Form::file(file(20))).send().expect(201);

    let read = key.get(made.header("location")).send().expect(200);

    assert_eq!(read.body, made.body);
    let tag = read.header("etag").to_owned();
    let again = key.get(made.header("location")).header("if-none-match", &tag).send().expect(304);
    assert!(again.body.is_empty());
    assert_eq!(again.header("etag"), tag);
}

#[test]
fn another_tenants_report_and_what_is_no_id_are_not_found() {
    let app = App::start();
    let key = app.person("ada").key(&["analyze", "read"]);
    let made = key.request("POST", "/api/v1/analyze").form(&Form::file(file(20))).send().expect(201);
    let stranger = app.person("bob").key(&["read"]);

    for path in
        [made.header("location"), "/api/v1/reports/x", "/api/v1/reports/ten_01h455vb4pex5vsknk084sn02q"]
    {
        stranger.get(path).send().problem(404, "not-found");
    }
}
