//! `POST /api/v1/tenants/{tenant_id}/suspend` and `…/activate`, `DELETE /api/v1/tenants/{tenant_id}`, and what they lead to.

use std::time::Duration;

use insula_tests::support::{Answer, App, Caller, Form, Person, eight_at_once};
use serde_json::json;

fn set(caller: &Caller<'_>, tenant_id: &str, what: &str) -> Answer {
    caller
        .post(&format!("/api/v1/tenants/{tenant_id}/{what}"), &json!({ "reason": "The bill of May." }))
        .send()
}

fn remove(caller: &Caller<'_>, tenant_id: &str) -> Answer {
    caller.request("DELETE", &format!("/api/v1/tenants/{tenant_id}")).send()
}

fn state(app: &App, person: &Person<'_>) -> String {
    app.db().rows(&format!("select state from tenant where id = '{}'", person.tenant_id)).concat().concat()
}

#[test]
fn the_operator_suspends_and_activates_and_it_counts_from_the_next_call_on() {
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let key = ada.key(&["read"]);

    let tenant = set(&app.operator(), &ada.tenant_id, "suspend").expect(200).json();

    assert_eq!(tenant["state"], "suspended");
    assert_eq!(tenant["state_reason"], "The bill of May.");
    assert_eq!(tenant["state_by"], "operator");
    key.get("/api/v1/reports").send().problem(403, "tenant-suspended");
    ada.get("/api/v1/usage").send().problem(403, "tenant-suspended");
    let _ = bob.get("/api/v1/usage").send().expect(200);
    let listed = ada.get("/api/v1/tenants").send().expect(200).json();
    assert_eq!(listed["items"][0]["state_reason"], "The bill of May.", "its people can read why");

    let tenant = set(&app.operator(), &ada.tenant_id, "activate").expect(200).json();

    assert_eq!(tenant["state"], "active");
    let _ = key.get("/api/v1/reports").send().expect(200);
}

#[test]
fn an_owner_suspends_its_own_tenant_and_activates_it_again() {
    let app = App::start();
    let ada = app.person("ada");

    let _ = set(&ada, &ada.tenant_id, "suspend").expect(200);
    ada.get("/api/v1/usage").send().problem(403, "tenant-suspended");
    set(&ada, &ada.tenant_id, "suspend").problem(403, "tenant-suspended");
    remove(&ada, &ada.tenant_id).problem(403, "tenant-suspended");
    let _ = set(&ada, &ada.tenant_id, "activate").expect(200);

    let _ = ada.get("/api/v1/usage").send().expect(200);
    let answer = set(&ada, &ada.tenant_id, "activate");
    assert_eq!(answer.json()["state"], "active");
    assert_eq!(answer.json()["event"], "activate");
    answer.problem(409, "invalid-transition");
}

/// Who is suspended for a reason could otherwise undo it, or suspend itself first and activate itself at will.
#[test]
fn what_the_operator_has_suspended_no_member_activates_or_removes() {
    let app = App::start();
    let ada = app.person("ada");
    let _ = set(&ada, &ada.tenant_id, "suspend").expect(200);
    let _ = set(&app.operator(), &ada.tenant_id, "suspend").expect(200);
    let before = app.db().rows("select * from tenant");

    set(&ada, &ada.tenant_id, "activate").problem(403, "forbidden");

    assert_eq!(app.db().rows("select * from tenant"), before);
    let _ = set(&app.operator(), &ada.tenant_id, "activate").expect(200);
    assert_eq!(state(&app, &ada), "active");
}

#[test]
fn the_operator_removes_a_suspended_tenant_and_nobody_brings_it_back() {
    let app = App::start();
    let ada = app.person("ada");
    let _ = set(&app.operator(), &ada.tenant_id, "suspend").expect(200);
    remove(&ada, &ada.tenant_id).problem(403, "tenant-suspended");
    assert_eq!(state(&app, &ada), "suspended");

    let leaving = remove(&app.operator(), &ada.tenant_id).expect(202).json();

    assert_eq!(
        (leaving["state"].as_str(), state(&app, &ada).as_str()),
        (Some("deprovisioning"), "deprovisioning")
    );
    for what in ["activate", "suspend"] {
        set(&app.operator(), &ada.tenant_id, what).problem(409, "invalid-transition");
    }
    assert_eq!(state(&app, &ada), "deprovisioning");
}

#[test]
fn nobody_else_changes_the_state_of_a_tenant() {
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let admin = app.member(&ada, "admin");
    let key = ada.key(&["admin", "write"]);
    for what in ["suspend", "activate"] {
        set(&bob, &ada.tenant_id, what).problem(404, "not-found");
        set(&admin, &ada.tenant_id, what).problem(403, "forbidden");
        set(&key, &ada.tenant_id, what).problem(403, "forbidden");
    }
    remove(&bob, &ada.tenant_id).problem(404, "not-found");
    remove(&admin, &ada.tenant_id).problem(403, "forbidden");
    remove(&key, &ada.tenant_id).problem(403, "forbidden");
    assert_eq!(state(&app, &ada), "active");
}

#[test]
fn a_reason_is_a_line_of_1_to_500_characters() {
    let app = App::start();
    let ada = app.person("ada");
    let path = format!("/api/v1/tenants/{}/suspend", ada.tenant_id);
    for bad in [
        json!({ "reason": " " }),
        json!({ "reason": "x".repeat(501) }),
        json!({ "reason": "a\nb" }),
        json!({}),
    ] {
        let answer = app.operator().post(&path, &bad).send();
        assert_eq!(answer.json()["errors"][0]["pointer"], "/reason", "{bad}");
        answer.problem(422, "invalid");
    }
    assert_eq!(state(&app, &ada), "active");
}

#[test]
fn of_many_that_suspend_at_once_one_does() {
    let app = App::start();
    let ada = app.person("ada");
    let answers = eight_at_once(|_| set(&app.operator(), &ada.tenant_id, "suspend").status);
    assert_eq!(answers.iter().filter(|status| **status == 200).count(), 1, "{answers:?}");
    assert_eq!(answers.iter().filter(|status| **status == 409).count(), 7, "{answers:?}");
    assert_eq!(app.db().number("select max(version) from tenant"), 1);
}

/// The rows of the tables that name a tenant, its own and its people's left out.
fn owned(app: &App, tenant_id: &str) -> i64 {
    let tables = ["api_key", "invitation", "membership", "report", "usage_counter"];
    let count = |table: &&str| {
        let table = if *table == "report" { app.db().product(table) } else { (*table).to_owned() };
        app.db().number(&format!("select count(*) from {table} where tenant_id = '{tenant_id}'"))
    };
    tables.iter().map(count).sum()
}

fn tick(app: &App) -> i64 {
    let ran = app.operator().request("POST", "/internal/tick").send().expect(200).json();
    ran["removed_of_tenants"].as_i64().unwrap()
}

#[test]
fn a_removed_tenant_is_refused_at_once_and_nothing_of_it_is_left_after_a_while() {
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let (key, bobs) = (ada.key(&["analyze", "read"]), bob.key(&["analyze", "read"]));
    for key in [&key, &bobs] {
        let _ = key.request("POST", "/api/v1/analyze").form(&Form::file("a,b\n1,2\n")).send().expect(201);
    }
    let invitation = json!({ "email": "guest@example.com", "role": "viewer" });
    let path = format!("/api/v1/tenants/{}", ada.tenant_id);
    let _ = app.operator().request("PATCH", &path).json(&json!({ "plan": "enterprise" })).send().expect(200);
    let _ = ada.post(&format!("{path}/invitations"), &invitation).send().expect(201);
    let of_bob = owned(&app, &bob.tenant_id);

    let leaving = remove(&ada, &ada.tenant_id).expect(202).json();

    assert_eq!(leaving["state"], "deprovisioning");
    key.get("/api/v1/reports").send().problem(403, "tenant-suspended");
    ada.get(&path).send().problem(403, "tenant-suspended");
    assert_eq!(tick(&app), 0, "a call that was let in before may still write");
    app.advance(Duration::from_secs(301));
    let of_its_own = i64::try_from(app.db().own_tables().len()).unwrap();
    let shared = if of_its_own > 0 { 5 } else { 6 };
    assert_eq!(
        tick(&app),
        shared,
        "a key, a shared report, counters of calls and rows, an invitation, the owner"
    );
    assert_eq!(tick(&app), 0);
    assert_eq!(
        i64::try_from(app.db().own_tables().len()).unwrap(),
        of_its_own / 2,
        "only his schema is left"
    );

    assert_eq!((owned(&app, &ada.tenant_id), owned(&app, &bob.tenant_id)), (0, of_bob));
    assert_eq!(state(&app, &ada), "deleted");
    key.get("/api/v1/reports").send().problem(401, "unauthenticated");
    let _ = bobs.get("/api/v1/reports").send().expect(200);
    let tombstone = app.operator().get(&path).send().expect(200).json();
    assert_eq!((&tombstone["state"], &tombstone["name"]), (&json!("deleted"), &json!("")));
    for what in ["suspend", "activate"] {
        set(&app.operator(), &ada.tenant_id, what).problem(409, "invalid-transition");
    }
    let again = app.log_in(&ada.email);
    again.get(&path).send().problem(404, "not-found");
    assert_eq!(again.get("/api/v1/tenants").send().expect(200).json()["items"], json!([]));
}

#[test]
fn a_tenant_with_much_is_removed_in_parts_by_many_ticks_at_once() {
    let app = App::start();
    let ada = app.person("ada");
    app.db().execute(&format!(
        "insert into usage_counter (tenant_id, metric, period_start_ms, used)
         with recursive n (i) as (select 1 union all select i + 1 from n where i < 2500)
         select '{}', 'api_calls', i, 1 from n",
        ada.tenant_id
    ));
    let _ = remove(&ada, &ada.tenant_id).expect(202);
    app.advance(Duration::from_secs(301));

    let removed = eight_at_once(|_| tick(&app)).iter().sum::<i64>() + tick(&app);

    assert_eq!(removed, 2_501, "every row is removed by one of them");
    assert_eq!(state(&app, &ada), "deleted");
}

#[test]
fn a_tenants_log_tells_what_happened_to_it_and_outlives_it() {
    let app = App::start();
    let ada = app.person("ada");
    let _ = set(&app.operator(), &ada.tenant_id, "suspend").expect(200);
    let _ = set(&app.operator(), &ada.tenant_id, "suspend");
    let _ = set(&app.operator(), &ada.tenant_id, "activate").expect(200);
    let _ = remove(&ada, &ada.tenant_id).expect(202);
    app.advance(Duration::from_secs(301));
    let _ = tick(&app);

    let rows = app.db().rows(&format!(
        "select action from audit_entry where tenant_id = '{}' and action like 'tenant.%' order by seq",
        ada.tenant_id
    ));

    let expected = ["created", "suspended", "activated", "deprovisioning", "deleted"];
    assert_eq!(
        rows.concat(),
        expected.map(|action| format!("tenant.{action}")),
        "each once, and nothing else"
    );
    let said = app.db().rows("select entry from audit_entry where action = 'tenant.suspended'").concat();
    assert!(said[0].contains("\"state_before\":\"active\""), "{said:?}");
    assert!(!said[0].contains("May"), "free text may name people, and the log is for ever: {said:?}");
}

/// Whoever knows the text of a key of another system could otherwise have the tenant's programs call a tenant of its own.
#[test]
fn a_key_that_a_removed_tenant_brought_is_nobody_elses() {
    let app = App::start();
    let (ada, eve) = (app.person("ada"), app.person("eve"));
    let body = json!({ "name": "old", "scopes": ["read"], "key": "of-another-system:0123456789abcdef" });
    let _ = ada.post("/api/v1/api-keys/import", &body).send().expect(201);
    let _ = remove(&ada, &ada.tenant_id).expect(202);
    app.advance(Duration::from_secs(301));
    let _ = tick(&app);
    assert_eq!(state(&app, &ada), "deleted");

    let answer = app.log_in(&eve.email).post("/api/v1/api-keys/import", &body).send();

    assert_eq!(answer.status, 409, "{answer}");
    assert_eq!(app.db().rows("select name, scopes from api_key where imported = 1"), [["", ""]]);
    app.caller("of-another-system:0123456789abcdef")
        .get("/api/v1/reports")
        .send()
        .problem(401, "unauthenticated");
}
