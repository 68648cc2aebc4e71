//! Several hosts on one database: what ends on one of them has ended on every other by the next call.

use insula_tests::support::{App, only_on_postgresql};
use serde_json::json;

#[test]
fn what_is_ended_on_one_host_is_refused_by_the_next_call_of_another_on_postgresql() {
    only_on_postgresql();
    let app = App::start().without_limits();
    let beside = app.beside(|_| {});
    let there = |credential: &str, path: &str| beside.caller(credential).get(path).send();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let tenant = format!("/api/v1/tenants/{}", ada.tenant_id);
    let (log, usage) = (format!("{tenant}/audit-log"), "/api/v1/usage");

    let key = ada.key(&["read"]);
    let _ = there(&key.credential, usage).expect(200);
    let listed = ada.get("/api/v1/api-keys").send().expect(200).json();
    let id = listed["items"][0]["id"].as_str().unwrap().to_owned();
    let _ = ada.request("DELETE", &format!("/api/v1/api-keys/{id}")).send().expect(204);
    there(&key.credential, usage).problem(401, "unauthenticated");

    let member = app.member(&ada, "admin");
    let own = format!("{tenant}/members/{}", member.user_id);
    let _ = there(&member.credential, &log).expect(200);
    let _ = ada.request("PATCH", &own).json(&json!({ "role": "viewer" })).send().expect(200);
    there(&member.credential, &log).problem(403, "forbidden");
    let _ = there(&member.credential, "/api/v1/reports").expect(200);
    let _ = ada.request("DELETE", &own).send().expect(204);
    for path in [&*log, usage] {
        there(&member.credential, path).problem(404, "not-found");
    }

    let keys = bob.key(&["read"]);
    let _ = (there(&bob.credential, usage).expect(200), there(&keys.credential, usage).expect(200));
    let reason = json!({ "reason": "By the test." });
    let path = format!("/api/v1/tenants/{}/suspend", bob.tenant_id);
    let _ = app.operator().post(&path, &reason).send().expect(200);
    for credential in [&bob.credential, &keys.credential] {
        there(credential, usage).problem(403, "tenant-suspended");
    }

    let _ = there(&ada.credential, usage).expect(200);
    let _ = ada.post("/api/v1/auth/logout", &json!({ "everywhere": true })).send().expect(204);
    there(&ada.credential, usage).problem(401, "unauthenticated");
}
