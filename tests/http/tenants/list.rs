//! `GET /api/v1/tenants`

use std::time::Duration;

use insula_tests::support::{App, Caller};
use serde_json::Value;

use super::{create, names};

#[test]
fn pages_hold_each_of_the_callers_tenants_once_oldest_first() {
    let app = App::start().without_limits();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    for name in ["second", "third", "fourth", "fifth"] {
        app.advance(Duration::from_millis(5));
        let _ = create(&ada, name).expect(201);
        let _ = create(&bob, "not ada's").expect(201);
    }
    let all = ["ada", "second", "third", "fourth", "fifth"];

    for (limit, pages) in [(1, 5), (2, 3), (4, 2), (5, 1), (200, 1)] {
        assert_eq!(
            names(&ada, "/api/v1/tenants", limit),
            (all.map(str::to_owned).to_vec(), pages),
            "limit {limit}"
        );
    }
}

#[test]
fn the_operator_sees_all_and_is_a_member_of_none() {
    let app = App::start();
    for name in ["ada", "bob", "eve"] {
        let _ = app.person(name);
        app.advance(Duration::from_millis(5));
    }
    app.db().execute("update tenant set state = 'suspended' where name = 'bob'");
    let operator = app.operator();

    let page = operator.get("/api/v1/tenants").send().expect(200);

    let items = page.json()["items"].as_array().unwrap().clone();
    assert!(items.iter().all(|item| item["role"] == Value::Null), "{page}");
    let states: Vec<&str> = items.iter().map(|item| item["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["active", "suspended", "active"]);
    assert_eq!(
        names(&operator, "/api/v1/tenants", 2),
        (["ada", "bob", "eve"].map(str::to_owned).to_vec(), 2)
    );
}

#[test]
fn a_list_holds_the_tenants_of_the_state_plan_and_region_that_are_asked_for_and_of_the_caller() {
    let app = App::start();
    for name in ["ada", "bob", "eve"] {
        let _ = app.person(name);
        app.advance(Duration::from_millis(5));
    }
    app.db().execute(
        "update tenant set state = 'suspended', plan = 'professional' where name = 'bob';
         update tenant set region = 'eu-central', plan = 'professional' where name = 'eve'",
    );
    let (operator, ada) = (app.operator(), app.log_in("ada@example.com"));
    for (query, all, hers) in [
        ("state=active", &["ada", "eve"][..], &["ada"][..]),
        ("state=deleted", &[], &[]),
        ("plan=professional", &["bob", "eve"], &[]),
        ("plan=professional&state=active", &["eve"], &[]),
        ("region=eu-central", &["eve"], &[]),
        ("plan=none", &[], &[]),
        ("plan=free&state=active", &["ada"], &["ada"]),
    ] {
        let path = format!("/api/v1/tenants?{query}");
        let shown = |caller: &Caller<'_>| {
            let items = caller.get(&path).send().expect(200).json()["items"].as_array().unwrap().clone();
            items.iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(shown(&operator), all, "{query}");
        assert_eq!(shown(&ada), hers, "{query}");
    }
    operator.get("/api/v1/tenants?state=gone").send().invalid("?state", "unknown");
    operator.get("/api/v1/tenants?region=EU").send().invalid("?region", "format");
}

#[test]
fn each_tenant_is_shown_with_the_callers_role_in_it() {
    let app = App::start();
    let ada = app.person("ada");
    app.advance(Duration::from_millis(5));
    let bob = app.person("bob");
    app.join(&ada.tenant_id, &bob.user_id, "viewer");

    let items = bob.get("/api/v1/tenants").send().expect(200).json()["items"].clone();

    let shown = |at: usize| (items[at]["id"].as_str().unwrap(), items[at]["role"].as_str().unwrap());
    assert_eq!([shown(0), shown(1)], [(ada.tenant_id.as_str(), "viewer"), (bob.tenant_id.as_str(), "owner")]);
    assert_eq!(items.as_array().unwrap().len(), 2);
}

#[test]
fn fifty_are_shown_when_no_limit_is_asked_for() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    for at in 0..50 {
        app.db().execute(&format!(
            "insert into tenant (id, name, state, plan, created_at_ms) values ('{id}', 'x', 'active', 'free', 0);
             insert into membership (tenant_id, user_id, role, created_at_ms) values ('{id}', '{}', 'viewer', 0)",
            ada.user_id,
            id = format_args!("ten_01h455vb4pex5vsknk084sn0{at:02}"),
        ));
    }

    let page = ada.get("/api/v1/tenants").send().expect(200).json();

    assert_eq!(page["items"].as_array().unwrap().len(), 50);
    let rest = format!("/api/v1/tenants?cursor={}", page["next_cursor"].as_str().unwrap());
    let rest = ada.get(&rest).send().expect(200).json();
    assert_eq!((rest["items"].as_array().unwrap().len(), &rest["next_cursor"]), (1, &Value::Null));
}

#[test]
fn a_limit_out_of_bounds_and_another_lists_cursor_are_refused() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    for name in ["a", "b"] {
        let body = serde_json::json!({ "name": name, "scopes": ["read"] });
        let _ = ada.post("/api/v1/api-keys", &body).send().expect(201);
    }
    for limit in ["0", "201", "-1", "1.5", "x", ""] {
        ada.get(&format!("/api/v1/tenants?limit={limit}")).send().invalid("?limit", "range");
    }
    let keys = ada.get("/api/v1/api-keys?limit=1").send().expect(200).json();
    let foreign = keys["next_cursor"].as_str().unwrap();
    for cursor in [foreign, "x", "", "%00"] {
        ada.get(&format!("/api/v1/tenants?cursor={cursor}")).send().invalid("?cursor", "cursor");
    }
    ada.get("/api/v1/tenants?limit=1&limit=2").send().invalid("?limit", "repeated");
}
