//! A key that is bound (to networks, a limit, an end) and may manage keys: it can't free itself.

use insula_tests::support::App;
use serde_json::json;

use super::{create, key_with, patch};

/// Protects the tenant from whoever got hold of a bound key inside its network: it can't make a key for outside.
#[test]
fn a_bound_key_makes_and_changes_no_key_beyond_its_bounds() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let body = json!({ "name": "bound", "scopes": ["admin"], "expires_in_days": 2, "rate_limit": "60/minute",
        "allowed_networks": ["127.0.0.0/8"] });
    let (own, _, key) = key_with(&app, &ada, body);
    // What was made and removed again is still in the audit log.
    let stored = || {
        let lines = app.db().dump().into_iter();
        lines.filter(|line| !line.starts_with("audit_entry: ")).collect::<Vec<_>>()
    };
    let before = stored();

    let free = create(&key, &json!({ "name": "x", "scopes": ["admin"] }));
    for field in ["allowed_networks", "expires_in_days"] {
        free.invalid(&format!("/{field}"), "exceeds-key");
    }
    create(&key, &json!({ "name": "x", "scopes": ["admin"], "rate_limit": "1/second" }))
        .invalid("/rate_limit", "exceeds-key");
    for (field, beyond) in [
        ("allowed_networks", json!(["0.0.0.0/0"])),
        ("allowed_networks", json!(null)),
        ("rate_limit", json!("2/second")),
        ("rate_limit", json!(null)),
        ("expires_in_days", json!(3)),
        ("expires_in_days", json!(null)),
    ] {
        patch(&key, &own, &json!({ field: beyond })).invalid(&format!("/{field}"), "exceeds-key");
    }
    let imported = json!({ "key": "0123456789abcdef0123456789", "name": "x", "scopes": ["admin"] });
    key.post("/api/v1/api-keys/import", &imported).send().invalid("/allowed_networks", "exceeds-key");
    let (other, ..) = key_with(&app, &ada, json!({ "name": "free", "scopes": ["admin"] }));
    key.post(&format!("{other}/rotate"), &json!({})).send().problem(403, "forbidden");
    let _ = ada.request("DELETE", &other).send().expect(204);
    app.db().execute("delete from api_key where name = 'free'");
    assert_eq!(stored(), before);

    let within = json!({ "name": "x", "scopes": ["admin"], "expires_in_days": 1,
        "allowed_networks": ["127.0.0.1"] });
    let _ = create(&key, &within).expect(201);
    let _ = patch(&key, &own, &json!({ "name": "y", "rate_limit": "1/minute" })).expect(200);
}
