//! What a tenant's own people and keys do with its reports.

use std::time::Duration;

use insula_audit::entry::Entry;
use insula_tests::support::{Answer, App, Caller, Form, eight_at_once};

use super::log;

/// What is in a log of reports.
fn of(app: &App, tenant_id: &str) -> Vec<Entry> {
    log(app, tenant_id).into_iter().filter(|entry| entry.action.starts_with("report.")).collect()
}

fn analyze(caller: &Caller<'_>) -> Answer {
    let form = Form::default().part("name=\"file\"; filename=\"patients.csv\"", "a,b\n1,2\n3,4\n");
    caller.request("POST", "/api/v1/analyze").form(&form).send().expect(201)
}

fn said(entries: &[Entry]) -> Vec<(&str, &str)> {
    entries.iter().map(|entry| (entry.action.as_str(), entry.facts["dataset"].as_str())).collect()
}

#[test]
fn what_is_done_with_reports_is_in_the_log_with_the_caller_and_the_dataset() {
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let key = ada.key(&["analyze", "read"]);
    let made = analyze(&key);
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let _ = ada.get(made.header("location")).from_address("203.0.113.77").send().expect(200);
    let _ = key.get("/api/v1/reports").send().expect(200);

    let entries = of(&app, &ada.tenant_id);

    assert_eq!(
        said(&entries),
        [("report.created", id.as_str()), ("report.read", id.as_str()), ("report.listed", "reports")]
    );
    let kinds: Vec<_> = entries.iter().map(|entry| entry.actor.kind.as_str()).collect();
    assert_eq!(kinds, ["api_key", "person", "api_key"]);
    assert!(entries.iter().all(|entry| entry.personal.is_some()), "the address, sealed: {entries:?}");
    let stored = app.db().rows("select entry from audit_entry").concat().concat();
    assert!(!stored.contains("patients") && !stored.contains("203.0.113"), "{stored}");
    assert!(of(&app, &bob.tenant_id).is_empty());
}

/// The log is kept for ever, so that reading can't fill it; and whoever has stolen a key doesn't hide behind its owner.
#[test]
fn the_same_read_is_noted_once_an_hour_for_each_caller_and_network() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    // Keys, because a session's token is good for a quarter of an hour.
    let (key, other) = (ada.key(&["analyze", "read"]), ada.key(&["read"]));
    let made = analyze(&key);
    let read = |caller: &Caller<'_>, address: &str| {
        let _ = caller.get(made.header("location")).from_address(address).send().expect(200);
    };
    let reads = || of(&app, &ada.tenant_id).iter().filter(|entry| entry.action == "report.read").count();

    for _ in 0..3 {
        read(&key, "203.0.113.1");
        read(&key, "2001:db8::1");
        read(&key, "2001:db8::2");
    }
    assert_eq!(reads(), 2, "addresses of one household are one");
    read(&other, "203.0.113.1");
    assert_eq!(reads(), 3);
    app.advance(Duration::from_secs(3_599));
    read(&key, "203.0.113.1");
    assert_eq!(reads(), 3);
    app.advance(Duration::from_secs(1));
    read(&key, "203.0.113.1");
    assert_eq!(reads(), 4);
}

#[test]
fn what_is_not_found_or_refused_leaves_no_entry() {
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let made = analyze(&ada);
    bob.get(made.header("location")).send().problem(404, "not-found");
    bob.get("/api/v1/reports/rep_01h455vb4pex5vsknk084sn02q").send().problem(404, "not-found");
    let form = Form::file("a,b\n1\n");
    bob.request("POST", "/api/v1/analyze").form(&form).send().problem(422, "not-analyzable");
    assert!(of(&app, &bob.tenant_id).is_empty());
    assert_eq!(of(&app, &ada.tenant_id).len(), 1);
}

#[test]
fn of_eight_reads_of_a_report_at_once_there_is_one_entry() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let made = analyze(&ada);
    let _ = eight_at_once(|_| ada.get(made.header("location")).send().expect(200));
    assert_eq!(of(&app, &ada.tenant_id).len(), 2);
}
