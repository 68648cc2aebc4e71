//! `GET /api/v1/tenants/{tenant_id}/audit-log`

use std::time::Duration;

use insula_tests::support::App;
use serde_json::{Value, json};

use super::{actions, get, log, write};

#[test]
fn a_tenant_reads_what_was_done_in_it_newest_first() {
    let app = App::start();
    let ada = app.person("ada");
    app.advance(Duration::from_millis(7));
    let made =
        ada.post("/api/v1/api-keys", &json!({ "name": "x", "scopes": ["read"] })).send().expect(201).json();

    let page = get(&ada, &log(&ada, "")).expect(200).json();

    assert_eq!(actions(&page), ["key.created", "session.started", "tenant.created"]);
    let newest = &page["items"][0];
    assert_eq!(newest["seq"], 2);
    assert_eq!(newest["at"], "2030-01-01T00:00:00.007Z");
    assert_eq!(newest["actor"], json!({ "kind": "person", "id": ada.user_id }));
    assert_eq!(newest["facts"]["key_id"], made["id"]);
    assert_eq!(page["next_cursor"], Value::Null);
    let links = app.db().rows(&format!(
        "select link from audit_entry where tenant_id = '{}' order by seq desc",
        ada.tenant_id
    ));
    let shown: Vec<_> = page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| vec![item["link"].as_str().unwrap().to_owned()])
        .collect();
    assert_eq!(shown, links);
}

#[test]
fn a_long_log_is_read_page_by_page_and_each_entry_once() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    write(&ada, 9);
    for filter in ["", "&action=key.created", &format!("&actor={}", ada.user_id)] {
        let (mut places, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = get(&ada, &log(&ada, &format!("?limit=4{filter}{cursor}"))).expect(200).json();
            places.extend(page["items"].as_array().unwrap().iter().map(|item| item["seq"].as_u64().unwrap()));
            // Between two pages the log goes on; what was read stays in its place.
            write(&ada, 1);
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        let newest = places[0];
        let oldest = if filter.contains("key") { 2 } else { 0 };
        let expected: Vec<u64> = (oldest..=newest).rev().collect();
        let expected = if filter.contains("actor") { places.clone() } else { expected };
        assert_eq!(places, expected, "{filter}");
        assert!(places.len() >= 9 && places.windows(2).all(|pair| pair[0] > pair[1]), "{places:?}");
    }
}

#[test]
fn entries_are_found_by_time_actor_and_action() {
    let app = App::start();
    let ada = app.person("ada");
    let bob = app.member(&ada, "admin");
    app.advance(Duration::from_secs(400));
    let key = ada.key(&["admin"]);
    app.advance(Duration::from_secs(400));
    let _ = bob.key(&["read"]);
    let ask = |query: &str| actions(&get(&ada, &log(&ada, query)).expect(200).json());

    assert_eq!(ask("?action=key.created"), ["key.created", "key.created"]);
    assert_eq!(ask(&format!("?action=key.created&actor={}", bob.user_id)), ["key.created"]);
    assert_eq!(ask("?from=2030-01-01T00:06:40Z&to=2030-01-01T00:13:20Z"), ["key.created"]);
    assert_eq!(ask("?from=2030-01-01T01:06:40%2B01:00&action=key.created").len(), 2);
    assert_eq!(ask("?from=2030-01-01T00:13:20.001Z"), [""; 0]);
    assert_eq!(ask("?to=2030-01-01T00:00:00Z"), [""; 0]);
    assert_eq!(ask("?actor=operator"), [""; 0]);
    let _ = app.operator().get(&log(&ada, "")).send().expect(200);
    assert_eq!(ask("?actor=operator"), ["operator.read"]);
    // A key may read as well, if it may so much.
    assert_eq!(actions(&key.get(&log(&ada, "?action=operator.read")).send().expect(200).json()).len(), 1);
}

#[test]
fn what_is_no_filter_is_told_all_at_once_and_changes_nothing() {
    let app = App::start();
    let ada = app.person("ada");
    let before = app.db().dump();
    let answer = get(&ada, &log(&ada, "?from=yesterday&to=2030-01-01&actor=ada&action=anything"));
    for (name, code) in [("?from", "time"), ("?to", "time"), ("?actor", "unknown"), ("?action", "unknown")] {
        answer.invalid(name, code);
    }
    for cursor in ["x", "LTE", "MS4w", "&cursor=MQ&cursor=MQ"] {
        assert_eq!(get(&ada, &log(&ada, &format!("?cursor={cursor}"))).status, 422);
    }
    get(&ada, &log(&ada, "?limit=201")).invalid("?limit", "range");
    assert_eq!(app.db().dump(), before);
}

#[test]
fn only_who_may_view_the_audit_log_reads_it() {
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    for role in ["analyst", "viewer"] {
        get(&app.member(&ada, role), &log(&ada, "")).problem(403, "forbidden");
    }
    let _ = get(&app.member(&ada, "admin"), &log(&ada, "")).expect(200);
    get(&bob, &log(&ada, "")).problem(404, "not-found");
    get(&ada.key(&["read", "analyze"]), &log(&ada, "")).problem(403, "forbidden");
    app.request("GET", &log(&ada, "")).send().problem(401, "unauthenticated");
    app.operator()
        .get("/api/v1/tenants/ten_01h455vb4pex5vsknk084sn02q/audit-log")
        .send()
        .problem(404, "not-found");
}

/// The operator keeps the log and reads it for a reason; the tenant sees that it did.
#[test]
fn what_the_operator_reads_is_in_the_log_itself_and_what_members_read_is_not() {
    let app = App::start();
    let ada = app.person("ada");
    let size = |page: Value| page["items"].as_array().unwrap().len();
    assert_eq!(size(get(&ada, &log(&ada, "")).expect(200).json()), 2);
    assert_eq!(size(app.operator().get(&log(&ada, "")).send().expect(200).json()), 2);
    let page = get(&ada, &log(&ada, "")).expect(200).json();
    assert_eq!(actions(&page), ["operator.read", "session.started", "tenant.created"]);
    assert_eq!(page["items"][0]["actor"], json!({ "kind": "operator", "id": null }));
    // Of what isn't shown there is nothing to tell.
    let _ = app.operator().get(&log(&ada, "?limit=0")).send().expect(422);
    assert_eq!(size(get(&ada, &log(&ada, "")).expect(200).json()), 3);
}

/// Protects who is in the log: the tenant's own see where a call came from, and nobody once the person is erased.
#[test]
fn what_is_personal_is_shown_to_the_tenant_withheld_from_the_operator_and_gone_with_its_key() {
    let app = App::start();
    let ada = app.person("ada");
    let made = ada.request("POST", "/api/v1/api-keys").from_address("203.0.113.77");
    let _ = made.json(&json!({ "name": "x", "scopes": ["read"] })).send().expect(201);
    let newest = |caller: &insula_tests::support::Caller<'_>| {
        let page = get(caller, &log(&ada, "?action=key.created")).expect(200).json();
        page["items"][0]["personal"].clone()
    };
    let shown =
        json!({ "subject_id": ada.user_id, "state": "shown", "values": { "address": "203.0.113.77" } });
    assert_eq!(newest(&ada), shown);
    let withheld = json!({ "subject_id": ada.user_id, "state": "withheld", "values": null });
    assert_eq!(newest(&app.operator()), withheld);

    // Another person's key opens nothing of hers.
    let bob = app.person("bob");
    let _ = bob
        .request("POST", "/api/v1/api-keys")
        .from_address("203.0.113.78")
        .json(&json!({ "name": "x", "scopes": ["read"] }))
        .send()
        .expect(201);
    app.db().execute(&format!("delete from subject_key where subject_id = '{}'", ada.user_id));
    let erased = json!({ "subject_id": ada.user_id, "state": "erased", "values": null });
    assert_eq!(newest(&ada), erased);
    let page = get(&bob, &log(&bob, "?action=key.created")).expect(200).json();
    assert_eq!(page["items"][0]["personal"]["state"], "shown");
}

/// A log outlives its tenant: its people are strangers to it then, and the operator can still show what happened.
#[test]
fn the_log_of_a_tenant_that_was_removed_is_the_operators_to_read() {
    let app = App::start();
    let ada = app.person("ada");
    let path = format!("/api/v1/tenants/{}", ada.tenant_id);
    let _ = ada.request("DELETE", &path).send().expect(202);
    app.advance(Duration::from_secs(600));
    let _ = app.operator().request("POST", "/internal/tick").send().expect(200);
    get(&ada, &log(&ada, "")).problem(404, "not-found");
    let page = app.operator().get(&log(&ada, "")).send().expect(200).json();
    assert_eq!(actions(&page)[..2], ["tenant.deleted", "tenant.deprovisioning"]);
}

#[test]
fn a_log_that_cannot_be_read_any_more_says_at_which_entry() {
    let app = App::start();
    let ada = app.person("ada");
    super::tamper(
        &app,
        &format!("update audit_entry set entry = 'x' where tenant_id = '{}' and seq = 1", ada.tenant_id),
    );
    let problem = get(&ada, &log(&ada, "")).problem(409, "audit-log-altered");
    assert_eq!(problem["entry"], 1);
}
