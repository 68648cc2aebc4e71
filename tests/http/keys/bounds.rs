//! `POST /api/v1/api-keys`: how many keys a tenant may have.

use insula_tests::support::{App, Person, eight_at_once};
use serde_json::json;

use super::create;

/// Gives the person's tenant `count` keys that are not revoked, and one that is.
fn fill(app: &App, person: &Person<'_>, count: usize) {
    let row = |at: usize| {
        let (tenant_id, user_id) = (&person.tenant_id, &person.user_id);
        let revoked = if at == 0 { "1" } else { "null" };
        format!("('filled_{at}', '{tenant_id}', '{user_id}', 'x', 'read', 1, 'none', 0, {revoked})")
    };
    let rows: Vec<String> = (0..=count).map(row).collect();
    app.db().execute(&format!(
        "insert into api_key (id, tenant_id, created_by, name, scopes, live, digest, created_at_ms, revoked_at_ms)
         values {}",
        rows.join(", ")
    ));
}

fn unrevoked(app: &App) -> i64 {
    app.db().number("select count(*) from api_key where revoked_at_ms is null")
}

#[test]
fn the_thousandth_key_is_made_and_the_next_refused_until_one_is_revoked() {
    let app = App::start();
    let ada = app.person("ada");
    fill(&app, &ada, 999);
    let body = json!({ "name": "x", "scopes": ["read"] });

    let last = create(&ada, &body).expect(201);
    let before = app.db().dump();
    let problem = create(&ada, &body).problem(409, "key-limit");

    assert_eq!(problem["limit"], 1_000);
    assert_eq!(app.db().dump(), before);
    let _ = ada.request("DELETE", last.header("location")).send().expect(204);
    let _ = create(&ada, &body).expect(201);
    assert_eq!(unrevoked(&app), 1_000);
}

#[test]
fn requests_at_once_never_exceed_the_limit_together() {
    let app = App::start();
    let ada = app.person("ada");
    fill(&app, &ada, 997);

    let answers =
        eight_at_once(|number| create(&ada, &json!({ "name": format!("{number}"), "scopes": ["read"] })));

    let made = answers.iter().filter(|answer| answer.status == 201).count();
    for refused in answers.iter().filter(|answer| answer.status != 201) {
        refused.problem(409, "key-limit");
    }
    assert_eq!((made, unrevoked(&app)), (3, 1_000));
}

#[test]
fn another_tenants_keys_do_not_count() {
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    fill(&app, &ada, 1_000);
    let _ = create(&bob, &json!({ "name": "x", "scopes": ["read"] })).expect(201);
}
