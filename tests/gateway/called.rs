//! Calls that may change something behind the gateway are in the tenant's log, whatever the workload tells.

use insula_tests::support::{App, Caller, Database};
use serde_json::Value;

use super::{app, app_saying};

/// With it the gateway can seal where a call came from.
const SEALED: &str = "master_key = \"{{ master_key }}\"";

/// The entries of calls in a tenant's log, oldest first, as their owner reads them.
fn called(owner: &Caller<'_>, tenant_id: &str) -> Vec<Value> {
    let path = format!("/api/v1/tenants/{tenant_id}/audit-log?action=workload.called&limit=200");
    let page = owner.get(&path).send().expect(200).json();
    page["items"].as_array().unwrap().iter().rev().cloned().collect()
}

/// Method and path of each.
fn facts(entries: &[Value]) -> Vec<(&str, &str)> {
    entries
        .iter()
        .map(|entry| (entry["facts"]["method"].as_str().unwrap(), entry["facts"]["path"].as_str().unwrap()))
        .collect()
}

fn noted(app: &App) -> i64 {
    app.db().number("select count(*) from audit_entry where action = 'workload.called'")
}

#[test]
fn a_workload_that_tells_nothing_leaves_an_entry_of_each_call_that_may_change_something() {
    let app = app_saying(SEALED);
    let (ada, eve) = (app.person("ada"), app.person("eve"));
    let key = ada.key(&["analyze"]);
    for method in ["GET", "HEAD", "OPTIONS"] {
        let _ = key.request(method, "/workload/read").send().expect(200);
    }
    assert_eq!(noted(&app), 0, "a look changes nothing");

    for method in ["POST", "PUT", "PATCH", "DELETE", "PURGE"] {
        let _ = key
            .request(method, "/workload/customers/cus_1?name=ada")
            .from_address("203.0.113.77")
            .send()
            .expect(200);
    }
    let _ = ada.request("POST", "/workload/people/ada@example.com").send().expect(200);

    let entries = called(&ada, &ada.tenant_id);
    let one = "/workload/customers/cus_1";
    let expected = [
        ("POST", one),
        ("PUT", one),
        ("PATCH", one),
        ("DELETE", one),
        ("PURGE", one),
        ("POST", "/workload/people/…"),
    ];
    assert_eq!(facts(&entries), expected);
    for entry in &entries[..5] {
        assert_eq!(entry["actor"]["kind"], "api_key", "{entry}");
        assert!(entry.to_string().contains("203.0.113.77"), "its owner reads the address: {entry}");
    }
    assert_eq!(entries[5]["actor"]["id"], ada.user_id.as_str());
    let stored = app.db().rows("select entry from audit_entry").concat().concat();
    assert!(!stored.contains("203.0.113") && !stored.contains("name=ada"), "{stored}");
    assert!(!stored.contains("ada@example.com"), "{stored}");
    assert!(called(&eve, &eve.tenant_id).is_empty());
}

#[test]
fn a_call_of_which_no_answer_came_is_in_the_log() {
    let app = app();
    let ada = app.person("ada");
    for path in ["/workload/panic", "/workload/silent"] {
        ada.request("POST", path).send().problem(500, "internal");
    }
    assert_eq!(
        facts(&called(&ada, &ada.tenant_id)),
        [("POST", "/workload/panic"), ("POST", "/workload/silent")]
    );
}

#[test]
fn each_call_of_the_operator_as_a_person_is_told_also_where_the_log_has_the_same_of_its_path() {
    let app = app();
    let ada = app.person("ada");
    let acting = app.impersonate(&ada);
    for name in ["ada", "bob"] {
        let _ = acting.request("DELETE", &format!("/workload/{name}@example.com")).send().expect(200);
    }
    for action in ["operator.acted", "workload.called"] {
        let entries =
            app.db().rows(&format!("select entry from audit_entry where action = '{action}'")).concat();
        assert_eq!(entries.len(), 2, "{entries:?}");
        for entry in entries {
            assert!(entry.contains("/workload/…\"") && entry.contains(&ada.user_id), "{entry}");
            assert!(entry.contains("operator"), "{entry}");
        }
    }
}

#[test]
fn who_is_not_let_in_leaves_no_entry_of_a_call() {
    let app = app();
    let ada = app.person("ada");
    app.request("POST", "/workload/x").send().problem(401, "unauthenticated");
    ada.key(&["read"]).request("POST", "/workload/x").send().problem(403, "forbidden");
    assert_eq!(noted(&app), 0);
}

/// What the workload would have used isn't counted: it never had the call.
#[test]
fn what_can_not_be_noted_is_not_handed_on() {
    let app = app();
    let ada = app.person("ada");
    app.db().execute(match app.db() {
        Database::Sqlite(_) => {
            "create trigger broken before insert on audit_entry when new.action = 'workload.called'
             begin select raise(abort, 'broken'); end"
        }
        Database::Postgres(_) => {
            "alter table audit_entry add constraint broken check (action <> 'workload.called')"
        }
    });
    let report =
        |method: &str| ada.request(method, "/workload/report").header("x-report", "rows_analyzed=5").send();
    report("POST").problem(500, "internal");
    let counted = "select count(*) from usage_counter where metric = 'rows_analyzed'";
    assert_eq!(app.db().number(counted), 0);
    let _ = report("GET").expect(200);
    assert_eq!(app.db().number(counted), 1);
}

#[test]
fn a_manifest_can_leave_it_to_the_workload_to_tell() {
    let app = app_saying("gateway_audited = \"false\"");
    let ada = app.person("ada");
    let told = ada.request("POST", "/workload/report").header("x-audit", "action=import; dataset=customers");
    let _ = told.send().expect(200);
    assert_eq!(noted(&app), 0);
    let reported = "select count(*) from audit_entry where action = 'workload.reported'";
    assert_eq!(app.db().number(reported), 1);
}
