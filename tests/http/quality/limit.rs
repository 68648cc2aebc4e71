//! What an upload may have: what the operator says.

use insula_tests::support::{Answer, App, Form, Options};

const MIB: usize = 1 << 20;

const LINE: &str = "a line,that has 32 bytes in all\n";

/// A file that makes the whole form larger than `bytes` by little.
fn form_beyond(bytes: usize) -> Form {
    Form::file(LINE.repeat(bytes / LINE.len()))
}

#[test]
fn an_upload_may_have_64_mib_where_nobody_says_more() {
    let app = App::start().without_limits();
    let key = app.person("ada").key(&["analyze"]);
    let analyze = |bytes: usize| key.request("POST", "/api/v1/analyze").form(&form_beyond(bytes)).send();

    let report = analyze(64 * MIB - 1_024).expect(201).json();
    assert_eq!(report["report"]["rows"], (64 * MIB - 1_024) / LINE.len() - 1, "{report}");
    assert_eq!(analyze(64 * MIB).problem(413, "payload-too-large")["limit_bytes"], 64 * MIB);
}

#[test]
fn an_upload_may_have_what_the_operator_says_and_each_413_says_how_much_that_is() {
    let app = App::with(Options {
        settings: |settings| drop(settings.variables.insert("upload_limit_mib".to_owned(), "1".to_owned())),
        ..Options::default()
    })
    .without_limits();
    let key = app.person("ada").key(&["analyze"]);
    let analyze =
        |bytes: usize| -> Answer { key.request("POST", "/api/v1/analyze").form(&form_beyond(bytes)).send() };

    let _ = analyze(MIB - 1_024).expect(201);
    let components = analyze(MIB).problem(413, "payload-too-large");
    assert_eq!(components["limit_bytes"], MIB);
    // The host reads a little more than a component takes, which says itself what is too large for it.
    let hosts = analyze(2 * MIB).problem(413, "payload-too-large");
    assert_eq!(hosts["limit_bytes"], 2 * MIB);
    assert_eq!(app.db().number(&format!("select count(*) from {}", app.db().product("report"))), 1);
}
