//! What changes nothing and is in the log all the same: once, and then not again for a while.

use std::time::Duration;

use insula_audit::entry::Entry;
use insula_tests::support::{App, Person, eight_at_once};
use serde_json::json;

use super::log;

const HOUR: Duration = Duration::from_secs(3_600);
const WRONG: &str = "not this one, I think";

/// The entries of a log that say that.
fn of(app: &App, tenant_id: &str, action: &str) -> Vec<Entry> {
    log(app, tenant_id).into_iter().filter(|entry| entry.action == action).collect()
}

fn paths(entries: &[Entry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.facts["path"].as_str()).collect()
}

/// Protects tenants from whoever runs the platform: who looked at what is in a log that nobody can change.
#[test]
fn each_read_of_the_operators_is_in_the_log_of_the_tenant() {
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let own = format!("/api/v1/tenants/{}", ada.tenant_id);
    let limits = format!("{own}/limits");
    for path in [&own, &limits, &own] {
        let _ = app.operator().get(path).send().expect(200);
    }
    let _ = app.operator().request("HEAD", &limits).send().expect(200);
    let absent = "/api/v1/tenants/ten_01h455vb4pex5vsknk084sn02q";
    app.operator().get(absent).send().problem(404, "not-found");

    let read = of(&app, &ada.tenant_id, "operator.read");
    assert_eq!(paths(&read), [&own, &limits, &own, &limits]);
    assert!(read.iter().all(|entry| entry.actor.kind == "operator" && entry.personal.is_none()), "{read:?}");
    assert_eq!(read[0].facts["operation"], "get_tenant");
    assert!(of(&app, &bob.tenant_id, "operator.read").is_empty());
    assert!(log(&app, "ten_01h455vb4pex5vsknk084sn02q").is_empty());
}

#[test]
fn whose_view_the_operator_looked_at_is_in_the_tenants_log() {
    let app = App::start();
    let ada = app.person("ada");
    let diagnostics = format!("/api/v1/tenants/{}/diagnostics", ada.tenant_id);
    let of_ada = format!("{diagnostics}?subject={}", ada.user_id);
    let of_nobody = format!("{diagnostics}?subject=usr_01h455vb4pex5vsknk084sn02q");
    let _ = ada.get(&of_ada).send().expect(200);
    for _ in 0..2 {
        let _ = app.operator().get(&of_ada).send().expect(200);
        let _ = app.operator().get(&of_nobody).send().expect(200);
    }
    let read = of(&app, &ada.tenant_id, "operator.read");
    assert_eq!(paths(&read), [&of_ada, &diagnostics, &diagnostics, &of_ada, &diagnostics, &diagnostics]);
}

#[test]
fn what_the_operator_reads_of_many_tenants_is_in_the_platforms_log_and_in_that_of_each() {
    let app = App::start();
    let people = ["ada", "bob", "eve"].map(|name| app.person(name));
    let mut told = [0; 3];
    for (query, count) in [("", 3), ("?limit=1", 1), ("?state=deleted", 0)] {
        let page = app.operator().get(&format!("/api/v1/tenants{query}")).send().expect(200).json();
        let shown = page["items"].as_array().unwrap();
        assert_eq!(shown.len(), count);
        for (person, told) in people.iter().zip(&mut told) {
            *told += usize::from(shown.iter().any(|tenant| tenant["id"] == person.tenant_id));
        }
        for (person, told) in people.iter().zip(told) {
            let read = of(&app, &person.tenant_id, "operator.read");
            assert_eq!(paths(&read), vec!["/api/v1/tenants"; told], "{query}");
        }
    }
    let _ = app.operator().get("/api/v1/workspaces?limit=200").send().expect(200);
    for person in &people {
        assert_eq!(paths(&of(&app, &person.tenant_id, "operator.read")).last(), Some(&"/api/v1/workspaces"));
    }
    let _ = app.operator().get("/api/v1/auth/signing-keys").send().expect(200);
    let _ = people[0].get("/api/v1/tenants").send().expect(200);
    let of_platform = of(&app, "platform", "operator.read");
    let lists = ["/api/v1/tenants", "/api/v1/tenants", "/api/v1/tenants", "/api/v1/workspaces"];
    assert_eq!(paths(&of_platform), lists);
}

#[test]
fn of_eight_reads_at_once_there_are_eight_entries() {
    let app = App::start();
    let ada = app.person("ada");
    let own = format!("/api/v1/tenants/{}", ada.tenant_id);
    let answers = eight_at_once(|_| app.operator().get(&own).send().status);
    let answered = answers.iter().filter(|status| **status == 200).count();
    assert!(answers.iter().all(|status| matches!(status, 200 | 503)) && answered > 0, "{answers:?}");
    assert_eq!(of(&app, &ada.tenant_id, "operator.read").len(), answered);
}

/// Protects owners from members, and from keys, that try what they may not.
#[test]
fn what_somebody_may_not_do_is_in_the_log_of_the_tenant_once_an_hour() {
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let viewer = app.member(&ada, "viewer");
    let key = ada.key(&["read"]);
    let members = format!("/api/v1/tenants/{}/members", ada.tenant_id);
    for _ in 0..3 {
        viewer.get(&members).send().problem(403, "forbidden");
        viewer.get("/api/v1/api-keys").send().problem(403, "forbidden");
        key.get("/api/v1/api-keys").send().problem(403, "forbidden");
        viewer.get("/api/v1/auth/signing-keys").send().problem(403, "forbidden");
        // The operation refuses it, not the guard.
        let plan = ada.request("PATCH", &format!("/api/v1/tenants/{}", ada.tenant_id));
        plan.json(&json!({ "plan": "enterprise" })).send().problem(403, "forbidden");
        bob.get(&members).send().problem(404, "not-found");
    }

    let refused = of(&app, &ada.tenant_id, "permission.refused");
    let said: Vec<_> =
        refused.iter().map(|entry| (entry.actor.kind.as_str(), entry.facts["operation"].as_str())).collect();
    assert_eq!(
        said,
        [
            ("person", "list_members"),
            ("person", "list_api_keys"),
            ("api_key", "list_api_keys"),
            ("person", "list_signing_keys"),
            ("person", "update_tenant"),
        ]
    );
    assert_eq!(refused[0].actor.id.as_deref(), Some(viewer.user_id.as_str()));
    assert!(of(&app, &bob.tenant_id, "permission.refused").is_empty());

    app.advance(HOUR);
    key.get("/api/v1/api-keys").send().problem(403, "forbidden");
    assert_eq!(of(&app, &ada.tenant_id, "permission.refused").len(), 6);
}

/// Whoever was removed must not write into the log of those who removed it.
#[test]
fn who_is_no_member_any_more_is_told_of_in_the_platforms_log() {
    let app = App::start();
    let ada = app.person("ada");
    let removed = app.member(&ada, "viewer");
    app.db().execute(&format!("delete from membership where user_id = '{}'", removed.user_id));
    removed.get("/api/v1/auth/signing-keys").send().problem(403, "forbidden");
    assert!(of(&app, &ada.tenant_id, "permission.refused").is_empty());
    assert_eq!(of(&app, "platform", "permission.refused").len(), 1);
}

fn fail(app: &App, email: &str, address: &str) {
    let body = json!({ "email": email, "password": WRONG });
    let request = app.request("POST", "/api/v1/auth/login").from_address(address);
    request.json(&body).send().problem(401, "invalid-credentials");
}

/// Whether anybody has it: otherwise the time of the entry would tell, to whoever tries one address after another.
#[test]
fn an_address_that_is_tried_leaves_an_entry_for_each_network_for_a_while() {
    let app = App::start();
    let ada = app.person("ada");
    let entries = || of(&app, "platform", "login.failed").len();
    let mut expected = 0;
    for network in ["203.0.113.1", "203.0.113.2"] {
        for email in ["nobody@example.com", &ada.email, "nobody-else@example.com"] {
            expected += 1;
            for _ in 0..2 {
                fail(&app, email, network);
                assert_eq!(entries(), expected, "{email} from {network}");
            }
        }
    }
    app.advance(Duration::from_secs(900));
    for email in ["nobody@example.com", &ada.email] {
        fail(&app, email, "203.0.113.1");
    }
    assert_eq!(entries(), expected + 2);
}

/// Takes an account over by its address.
fn take_over(app: &App, person: &Person<'_>) {
    let body = json!({ "email": person.email });
    let _ = app.request("POST", "/api/v1/auth/password/forgot").json(&body).send().expect(202);
    let body =
        json!({ "token": app.code("password-reset", &person.email), "password": "a new and long password" });
    let _ = app.request("POST", "/api/v1/auth/password/reset").json(&body).send().expect(204);
}

/// Protects a tenant whose program stops: its log says which key ended, and why.
#[test]
fn what_goes_with_an_account_that_is_taken_over_has_an_entry_each() {
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    app.join(&bob.tenant_id, &ada.user_id, "admin");
    let there = json!({ "tenant_id": bob.tenant_id });
    let there = ada.post("/api/v1/auth/switch", &there).send().expect(200).json();
    let there = app.caller(there["access_token"].as_str().unwrap());
    let _own = [ada.key(&["read"]), ada.key(&["read"])];
    let body = json!({ "name": "x", "scopes": ["read"] });
    let _ = there.post("/api/v1/api-keys", &body).send().expect(201);
    let _bobs = bob.key(&["read"]);
    let _device = ada.enrol(&app);

    take_over(&app, &ada);

    let revoked = [&ada, &bob].map(|person| of(&app, &person.tenant_id, "key.revoked"));
    assert_eq!((revoked[0].len(), revoked[1].len()), (2, 1));
    for entry in revoked.iter().flatten() {
        assert_eq!(entry.actor.id.as_deref(), Some(ada.user_id.as_str()));
        let ended = format!(
            "select count(*) from api_key where id = '{}' and revoked_at_ms is not null",
            entry.facts["key_id"]
        );
        assert_eq!((entry.facts["with"].as_str(), app.db().number(&ended)), ("password.reset", 1));
    }
    assert_eq!(app.db().number("select count(*) from api_key where revoked_at_ms is null"), 1);
    assert_eq!(of(&app, "platform", "second_factor.removed").len(), 1);
    assert_eq!(of(&app, "platform", "password.reset").len(), 1);

    // The address is proven now: nobody else made what is there.
    take_over(&app, &bob);
    assert_eq!(of(&app, &bob.tenant_id, "key.revoked").len(), 2, "bob's was not proven either");
}

#[test]
fn of_an_account_with_more_keys_than_are_told_of_all_end() {
    let app = App::start();
    let ada = app.person("ada");
    let columns = "id, tenant_id, created_by, name, scopes, live, digest, created_at_ms";
    for number in 0..201 {
        app.db().execute(&format!(
            "insert into api_key ({columns}) values ('key_{number:026}', '{}', '{}', 'x', 'read', 1, '{number:064}', 0)",
            ada.tenant_id, ada.user_id
        ));
    }
    take_over(&app, &ada);
    assert_eq!(app.db().number("select count(*) from api_key where revoked_at_ms is null"), 0);
    assert_eq!(of(&app, &ada.tenant_id, "key.revoked").len(), 200);
    assert!(of(&app, "platform", "password.reset")[0].facts.contains_key("keys"));
}
