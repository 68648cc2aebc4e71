//! From where keys are used: the log of the tenant has each network that is new, and nobody can fill it that way.

use std::time::Duration;

use insula_audit::entry::Entry;
use insula_tests::support::{App, Caller, at_once, eight_at_once};

use super::log;

const REPORTS: &str = "/api/v1/reports";

fn told(app: &App, tenant_id: &str) -> Vec<Entry> {
    log(app, tenant_id).into_iter().filter(|entry| entry.action == "key.new_network").collect()
}

fn call(key: &Caller<'_>, from: &str) {
    let _ = key.get(REPORTS).from_address(from).send().expect(200);
}

/// Protects a tenant whose key was stolen: it is used from elsewhere.
#[test]
fn a_key_that_is_used_from_another_network_is_in_the_tenants_log_once_for_each() {
    let app = App::start().without_limits();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let (key, other) = (ada.key(&["read"]), ada.key(&["read"]));
    for from in ["192.0.2.1", "192.0.2.1", "192.0.2.250"] {
        call(&key, from);
    }
    assert!(told(&app, &ada.tenant_id).is_empty(), "the first is no other");
    for from in
        ["203.0.113.5", "203.0.113.77", "::ffff:203.0.113.8", "192.0.2.3", "2001:db8:1::1", "2001:db8:1:9::2"]
    {
        call(&key, from);
        call(&key, from);
    }

    let entries = told(&app, &ada.tenant_id);
    assert_eq!(entries.len(), 2, "{entries:?}");
    let key_id = app.db().rows(&format!(
        "select id from api_key where digest = '{}'",
        insula_domain::credential::digest(&key.credential)
    ));
    for entry in &entries {
        assert_eq!((entry.actor.kind.as_str(), entry.actor.id.as_ref()), ("api_key", Some(&key_id[0][0])));
        assert_eq!(entry.facts["key_id"], key_id[0][0]);
        assert_eq!(entry.personal.as_ref().unwrap().subject_id, ada.user_id);
    }
    // Where it came from is sealed, and shown to those who read the log.
    assert!(!app.db().rows("select entry from audit_entry").concat().concat().contains("203.0.113"));
    let page = ada.get(&format!("/api/v1/tenants/{}/audit-log?limit=200", ada.tenant_id)).send().expect(200);
    assert!(page.text().contains("203.0.113.5") && page.text().contains("2001:db8:1::1"), "{page}");
    // Each key remembers for itself.
    call(&other, "203.0.113.5");
    call(&other, "192.0.2.1");
    assert_eq!(told(&app, &ada.tenant_id).len(), 3);
    assert!(told(&app, &bob.tenant_id).is_empty());
}

#[test]
fn a_call_that_is_refused_is_no_use_and_remembers_nothing() {
    let app = App::start();
    let ada = app.person("ada");
    let key = ada.key(&["read"]);
    call(&key, "192.0.2.1");
    key.get("/api/v1/api-keys").from_address("203.0.113.5").send().problem(403, "forbidden");
    app.db().execute("update api_key set networks = '192.0.2.0/24'");
    key.get(REPORTS).from_address("203.0.113.5").send().problem(401, "unauthenticated");
    assert!(told(&app, &ada.tenant_id).is_empty());
    assert_eq!(app.db().rows("select known_networks from api_key"), [["192.0.2.0/24"]]);
}

/// A component that can seal nothing tells of it all the same, without the address.
#[test]
fn where_nothing_can_be_sealed_the_entry_says_that_it_was_and_not_where() {
    let app = App::start();
    let ada = app.person("ada");
    let key = ada.key(&["read"]);
    for from in ["192.0.2.1", "203.0.113.5"] {
        let _ = key.get("/api/v1/usage").from_address(from).send().expect(200);
    }
    let entries = told(&app, &ada.tenant_id);
    assert_eq!((entries.len(), &entries[0].personal), (1, &None));
}

/// Protects the log, which is for ever, and the tenant's database from whoever comes from elsewhere each time.
#[test]
fn a_caller_that_changes_its_network_with_each_call_fills_neither_the_log_nor_the_key() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let key = ada.key(&["read"]);
    for number in 0..60 {
        call(&key, &format!("10.{number}.0.1"));
    }
    assert_eq!(told(&app, &ada.tenant_id).len(), 8);
    let stored = || app.db().rows("select known_networks, networks_told_until_ms from api_key");
    let before = stored();
    call(&key, "10.200.0.1");
    assert_eq!(stored(), before, "what isn't told changes nothing");

    for number in 0..40 {
        app.advance(Duration::from_millis(450_000));
        for host in 0..3 {
            call(&key, &format!("10.{}.{host}.1", 100 + number));
        }
    }
    assert_eq!(told(&app, &ada.tenant_id).len(), 48);
    let known = stored().concat()[0].split(' ').count();
    assert_eq!(known, 32);
    // What was forgotten is new again.
    app.advance(Duration::from_secs(3_600));
    call(&key, "10.0.0.1");
    assert_eq!(told(&app, &ada.tenant_id).len(), 49);
}

#[test]
fn calls_at_once_from_one_network_make_one_entry_and_from_several_one_for_each() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let key = ada.key(&["read"]);
    call(&key, "192.0.2.1");
    let _ = eight_at_once(|_| call(&key, "203.0.113.5"));
    assert_eq!(told(&app, &ada.tenant_id).len(), 1);

    let fresh = ada.key(&["read"]);
    let _ = at_once(5, |number| call(&fresh, &format!("10.{number}.0.1")));
    assert_eq!(told(&app, &ada.tenant_id).len(), 1 + 4, "all but the first");
}
