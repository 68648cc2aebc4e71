//! What the workload says that it did with the tenant's data.

use insula_tests::support::{Answer, App, Caller, Database, eight_at_once};
use serde_json::Value;

use super::{app, app_saying};

/// With it the gateway can seal where a call came from.
const SEALED: &str = "master_key = \"{{ master_key }}\"";
const EXPORT: &str = "action=export; dataset=customers";

fn report(caller: &Caller<'_>, said: &[&str]) -> Answer {
    let mut request = caller.get("/workload/report").from_address("203.0.113.77");
    for value in said {
        request = request.header("x-audit", value);
    }
    request.send()
}

/// The entries of a tenant's log that tell what workloads did, oldest first, as their owner reads them.
fn told(owner: &Caller<'_>, tenant_id: &str) -> Vec<Value> {
    let path = format!("/api/v1/tenants/{tenant_id}/audit-log?action=workload.reported&limit=200");
    let page = owner.get(&path).send().expect(200).json();
    page["items"].as_array().unwrap().iter().rev().cloned().collect()
}

fn noted(app: &App) -> i64 {
    app.db().number("select count(*) from audit_entry where action = 'workload.reported'")
}

fn broken(database: &Database) -> &'static str {
    match database {
        Database::Sqlite(_) => {
            "create trigger broken before insert on audit_entry when new.action = 'workload.reported'
             begin select raise(abort, 'broken'); end"
        }
        Database::Postgres(_) => {
            "alter table audit_entry add constraint broken check (action <> 'workload.reported')"
        }
    }
}

#[test]
fn what_a_workload_did_is_in_the_log_of_the_callers_tenant_with_the_caller_and_the_address() {
    let app = app_saying(SEALED);
    let (ada, eve) = (app.person("ada"), app.person("eve"));
    let key = ada.key(&["analyze"]);

    let answer = report(&key, &[EXPORT, "dataset=orders; action=read"]).expect(200);

    assert_eq!(answer.text(), "reported");
    let entries = told(&ada, &ada.tenant_id);
    let said: Vec<_> =
        entries.iter().map(|entry| (&entry["facts"]["action"], &entry["facts"]["dataset"])).collect();
    assert_eq!(said, [(&"export".into(), &"customers".into()), (&"read".into(), &"orders".into())]);
    for entry in &entries {
        assert_eq!(entry["actor"]["kind"], "api_key", "{entry}");
        let id = entry["actor"]["id"].as_str().unwrap();
        assert_eq!(app.db().number(&format!("select count(*) from api_key where id = '{id}'")), 1);
        assert!(entry.to_string().contains("203.0.113.77"), "its owner reads the address: {entry}");
    }
    let stored = app.db().rows("select entry from audit_entry").concat().concat();
    assert!(!stored.contains("203.0.113"), "the address is sealed: {stored}");
    assert!(told(&eve, &eve.tenant_id).is_empty());
}

#[test]
fn what_is_said_to_the_log_does_not_reach_the_caller() {
    let app = app();
    let answer = report(&app.person("ada"), &[EXPORT, "nonsense"]).expect(200);
    let names: Vec<&str> = answer.headers.keys().map(http::HeaderName::as_str).collect();
    assert!(!names.iter().any(|name| name.starts_with("insula")), "{answer}");
    assert_eq!(noted(&app), 1);
}

/// Protects tenants from each other, and the log from callers: only what the workload says counts, for the tenant that the
/// guard found.
#[test]
fn neither_a_caller_nor_a_workload_writes_into_another_log() {
    let app = app_saying(SEALED).without_limits();
    let (ada, eve) = (app.person("ada"), app.person("eve"));
    for name in ["insula-audit", "Insula-Audit", "insula_audit", "INSULA.AUDIT"] {
        let _ = eve.get("/workload/told").header(name, EXPORT).send().expect(200);
        let _ = eve.get("/workload/report").header(name, EXPORT).send().expect(200);
    }
    assert_eq!(noted(&app), 0, "a caller said it");

    let other = &ada.tenant_id;
    for said in [
        format!("{EXPORT}; tenant={other}"),
        format!("{EXPORT}; insula-tenant={other}"),
        format!("{EXPORT}; tenant_id={other}"),
        format!("{EXPORT}; actor=operator"),
    ] {
        let _ = report(&eve, &[&said]).expect(200);
    }
    assert_eq!(noted(&app), 0, "there is no saying for whom");
    let named = format!("action=export; dataset={other}");
    let _ = report(&eve, &[&named]).expect(200);
    assert!(told(&ada, &ada.tenant_id).is_empty());
    let own = told(&eve, &eve.tenant_id);
    assert_eq!(
        (own.len(), &own[0]["facts"]["dataset"]),
        (1, &other.as_str().into()),
        "a dataset is only a word"
    );
}

#[test]
fn what_is_not_written_as_it_should_be_is_left_out_and_logged_and_the_answer_goes_on() {
    let app = app().without_limits();
    let ada = app.person("ada");
    let long = format!("action=export; dataset={}", "d".repeat(60_000));
    let many: Vec<String> = (0..2_000).map(|number| format!("action=read; dataset=d{number}")).collect();
    let bad = [
        "export",
        "action=export",
        "action=export; dataset=Ada Lovelace",
        &long,
        "action=drop table; dataset=x",
    ];
    for said in bad {
        assert_eq!(report(&ada, &[said]).expect(200).text(), "reported");
    }
    assert_eq!(noted(&app), 0);
    assert_eq!(report(&ada, &[&many.join(",")]).expect(200).text(), "reported");
    assert_eq!(noted(&app), 8, "no answer fills the log");
    let warnings = app.log().iter().filter(|line| line.contains("insula-audit could not be noted")).count();
    assert_eq!(warnings, 6);
    assert!(!app.log().concat().contains("Lovelace"), "the log doesn't repeat what may be personal");
}

/// Protects the tenant: an export that nobody can see afterwards must not leave.
#[test]
fn what_can_not_be_noted_is_not_answered_and_nothing_of_it_is_counted() {
    let app = app();
    let ada = app.person("ada");
    app.db().execute(broken(app.db()));
    let request =
        ada.get("/workload/report").header("x-audit", EXPORT).header("x-report", "rows_analyzed=77");
    let refused = request.send();
    refused.problem(500, "internal");
    assert!(!refused.text().contains("reported") && refused.header("x-kept").is_empty(), "{refused}");
    assert!(!refused.header("ratelimit").is_empty(), "{refused}");
    let counted = "select count(*) from usage_counter where metric = 'rows_analyzed'";
    assert_eq!((app.db().number(counted), noted(&app)), (0, 0));
    let _ = ada.get("/workload/told").send().expect(200);
}

#[test]
fn without_a_master_key_the_entry_tells_no_address() {
    let app = app();
    let ada = app.person("ada");
    let _ = report(&ada, &[EXPORT]).expect(200);
    let entries = told(&ada, &ada.tenant_id);
    assert_eq!((entries.len(), &entries[0]["personal"]), (1, &Value::Null));
    assert_eq!(entries[0]["actor"]["id"], ada.user_id.as_str());
}

#[test]
fn eight_at_once_leave_an_entry_each() {
    let app = app_saying(SEALED).without_limits();
    let ada = app.person("ada");
    let _ = eight_at_once(|_| report(&ada, &[EXPORT]).expect(200));
    assert_eq!(told(&ada, &ada.tenant_id).len(), 8);
}
