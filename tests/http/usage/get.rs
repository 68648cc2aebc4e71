//! `GET /api/v1/usage`

use insula_tests::support::App;
use serde_json::json;

use super::{analyze, used};

#[test]
fn a_new_tenant_has_used_nothing_of_every_metric() {
    let app = App::start();
    let ada = app.person("ada");

    let usage = ada.get("/api/v1/usage").send().expect(200).json();

    assert_eq!(
        usage,
        json!({
            "tenant_id": ada.tenant_id,
            "plan": "free",
            "metrics": {
                "api_calls": {
                    "current": 0, "limit": 100, "remaining": 100, "unit": "calls", "reset": "daily",
                    "period_start": "2030-01-01T00:00:00Z", "reset_at": "2030-01-02T00:00:00Z",
                },
                "rows_analyzed": {
                    "current": 0, "limit": 10_000, "remaining": 10_000, "unit": "rows", "reset": "monthly",
                    "period_start": "2030-01-01T00:00:00Z", "reset_at": "2030-02-01T00:00:00Z",
                },
            },
        })
    );
    assert_eq!(app.db().number("select count(*) from usage_counter"), 0);
}

#[test]
fn figures_rise_by_what_was_used_and_asking_costs_nothing() {
    let app = App::start();
    let ada = app.person("ada");
    let key = ada.key(&["read", "analyze"]);

    analyze(&key, 30);
    assert_eq!(used(&key), (1, 30));
    let _ = key.get("/api/v1/reports").send().expect(200);
    analyze(&ada, 12);
    assert_eq!((used(&key), used(&ada)), ((3, 42), (3, 42)));

    let usage = ada.get("/api/v1/usage").send().expect(200).json();
    assert_eq!(usage["metrics"]["api_calls"]["remaining"], 97);
    assert_eq!(usage["metrics"]["rows_analyzed"]["remaining"], 9_958);
    let stored =
        app.db().rows("select tenant_id, metric, period_start_ms, used from usage_counter order by metric");
    let (tenant_id, month) = (ada.tenant_id.as_str(), "1893456000000");
    assert_eq!(stored, [[tenant_id, "api_calls", month, "3"], [tenant_id, "rows_analyzed", month, "42"]]);
}

#[test]
fn what_manages_the_account_is_not_counted() {
    let app = App::start();
    let ada = app.person("ada");
    let key = ada.key(&["read", "admin"]);
    for path in ["/api/v1/auth/me", "/api/v1/tenants", "/api/v1/api-keys", "/api/v1/usage"] {
        let _ = ada.get(path).send().expect(200);
    }
    let _ = key.get("/api/v1/api-keys").send().expect(200);
    assert_eq!(used(&ada), (0, 0));
}

#[test]
fn a_call_that_is_not_let_in_is_not_counted() {
    let app = App::start();
    let ada = app.person("ada");
    let (key, viewer) = (ada.key(&["admin"]), app.member(&ada, "viewer"));
    let revoked = ada.key(&["read"]);
    app.db().execute("update api_key set revoked_at_ms = 1 where scopes = 'read'");

    key.get("/api/v1/reports").send().problem(403, "forbidden");
    revoked.get("/api/v1/reports").send().problem(401, "unauthenticated");
    viewer.request("POST", "/api/v1/analyze").send().problem(403, "forbidden");

    assert_eq!(used(&ada), (0, 0));
}

#[test]
fn each_tenant_sees_its_own_figures() {
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    analyze(&ada, 30);
    analyze(&bob, 4);
    assert_eq!((used(&ada), used(&bob)), ((1, 30), (1, 4)));
}
