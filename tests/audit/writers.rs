//! Many who write to one log at once: no gap, no fork, and nothing is lost.

use insula_tests::support::{App, Database, at_once};
use serde_json::json;

use super::log;

#[test]
fn sixty_four_writers_leave_one_chain() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    // On two hosts; a file of SQLite belongs to one.
    let beside = app.beside(|_| {});
    let other = if let Database::Postgres(_) = app.db() { &beside } else { &app };
    let before = log(&app, &ada.tenant_id).len();

    let answers = at_once(64, |number| {
        let body = json!({ "name": format!("{number}"), "scopes": ["read"] });
        let host = if number % 2 == 0 { &app } else { other };
        host.caller(&ada.credential).post("/api/v1/api-keys", &body).send()
    });

    let made = answers.iter().filter(|answer| answer.status == 201).count();
    let entries = log(&app, &ada.tenant_id);
    let mut keys: Vec<&str> = entries[before..].iter().map(|entry| entry.facts["key_id"].as_str()).collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!((entries.len() - before, keys.len()), (made, made));
    assert_eq!(made, 64, "{:?}", answers.iter().find(|answer| answer.status != 201));
}

#[test]
fn tenants_that_write_at_once_have_a_chain_each() {
    let app = App::start().without_limits();
    let people = [app.person("ada"), app.person("bob"), app.person("eve"), app.person("joe")];

    let _ = at_once(16, |number| {
        let body = json!({ "name": "x", "scopes": ["read"] });
        people[number % 4].post("/api/v1/api-keys", &body).send().expect(201)
    });

    for person in &people {
        let made = log(&app, &person.tenant_id).iter().filter(|entry| entry.action == "key.created").count();
        assert_eq!(made, 4);
    }
    let registered = log(&app, "platform").iter().filter(|entry| entry.action == "person.registered").count();
    assert_eq!(registered, 4);
}
