//! The address of a tenant's own database is sealed: another master key reaches it.

use insula_tests::support::{Form, Second, only_on_postgresql};
use serde_json::json;

use super::rotation::{old, renewed_with_made_keys, rewrap, start};

#[test]
fn a_tenants_own_database_is_reached_with_the_new_master_key_alone_on_postgresql() {
    only_on_postgresql();
    let app = start();
    let ada = app.person("ada");
    let own = Second::create();
    let given = json!({ "isolation": "database", "database_url": own.address });
    let path = format!("/api/v1/tenants/{}", ada.tenant_id);
    let _ = app.operator().request("PATCH", &path).json(&given).send().expect(200);

    let done = rewrap(&renewed_with_made_keys(&app, old()), "");
    assert_eq!((&done["unopened"], &done["left"]), (&json!(0), &json!(0)));

    let new = renewed_with_made_keys(&app, "");
    let ada = new.caller(&ada.credential);
    let form = Form::file("a,b\n1,2\n");
    let made = ada.request("POST", "/api/v1/analyze").form(&form).send().expect(201).json();
    assert_eq!(own.rows("select id from insula.report"), [[made["id"].as_str().unwrap()]]);
    let listed = ada.get("/api/v1/reports").send().expect(200).json();
    assert_eq!(listed["items"][0]["id"], made["id"]);
}
