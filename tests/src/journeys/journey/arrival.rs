//! The beginning: the server is there, somebody registers, logs in and makes a key.

use http::Method;
use serde_json::json;

use super::{Client, Key, PASSWORD, Person};

pub fn health_and_what_nobody_knows(client: &Client) {
    for path in ["/health", "/health/live", "/health/ready"] {
        let _ = client.get(path).send().expect(200);
    }
    let health = client.get("/health").send().json();
    assert_eq!((&health["status"], &health["database"]), (&json!("ok"), &json!("ok")), "{health}");

    let id = "req_of-the-journey";
    let unknown = client.get("/no/such/route").header("x-request-id", id).send();
    let problem = unknown.problem(404, "not-found");
    assert_eq!(unknown.header("x-request-id"), id, "{unknown}");
    assert_eq!(problem["instance"], format!("urn:insula:request:{id}"), "{unknown}");
    let method = client.call(Method::DELETE, "/api/v1/usage").send();
    method.problem(405, "method-not-allowed");
    assert_eq!(method.header("allow"), "GET, HEAD", "{method}");
    client.get("/api/v1/usage").send().problem(401, "unauthenticated");
    let _ = client.get("/problems/not-found").header("accept", "text/html").send().expect(200);
    let document = client.get("/openapi.json").send().expect(200);
    assert_eq!(document.header("content-length"), document.body.len().to_string(), "its length is announced");
}

pub fn the_operator_keeps_it_running(client: &Client, operator_key: &str) {
    let operator = client.bearing(operator_key);
    let migration = operator.post("/internal/migrate").send().expect(200).json();
    assert_eq!(migration["applied"], json!([]), "the schema was up to date: {migration}");
    let _ = operator.post("/internal/tick").send().expect(200);
    client.post("/internal/migrate").send().problem(401, "unauthenticated");
}

pub fn register_and_log_in(client: &Client, name: &str, tenant_name: &str) -> Person {
    let email = format!("{name}@example.com");
    let person = json!({ "email": email, "password": PASSWORD, "tenant_name": tenant_name });
    let made = client.post_json("/api/v1/auth/register", &person).send().expect(201).json();
    client.post_json("/api/v1/auth/register", &person).send().problem(409, "email-taken");

    let wrong = json!({ "email": email, "password": "not the right one" });
    client.post_json("/api/v1/auth/login", &wrong).send().problem(401, "invalid-credentials");
    let right = json!({ "email": email, "password": PASSWORD });
    let login = client.post_json("/api/v1/auth/login", &right).send().expect(200).json();
    let person = client.bearing(login["access_token"].as_str().unwrap_or_default());

    let exchange = json!({ "refresh_token": login["refresh_token"] });
    let next = client.post_json("/api/v1/auth/refresh", &exchange).send().expect(200).json();
    let other = client.bearing(next["access_token"].as_str().unwrap_or_default());
    let _ = other
        .post_json("/api/v1/auth/switch", &json!({ "tenant_id": made["tenant"]["id"] }))
        .send()
        .expect(200);
    let _ = other.post_json("/api/v1/auth/logout", &json!({})).send().expect(204);
    person.get("/api/v1/auth/me").send().problem(401, "unauthenticated");
    let login = client.post_json("/api/v1/auth/login", &right).send().expect(200).json();
    let person = client.bearing(login["access_token"].as_str().unwrap_or_default());

    let me = person.get("/api/v1/auth/me").send().expect(200).json();
    assert_eq!(me["user"]["email"], email, "{me}");
    assert_eq!(me["active"]["tenant_id"], made["tenant"]["id"], "{me}");
    let tenant_id = made["tenant"]["id"].as_str().unwrap_or_default().to_owned();
    let tenant = person.get(&format!("/api/v1/tenants/{tenant_id}")).send().expect(200).json();
    assert_eq!((&tenant["name"], &tenant["plan"]), (&json!(tenant_name), &json!("free")), "{tenant}");
    Person { client: person, tenant_id }
}

/// The second request with one `Idempotency-Key` makes nothing: it gets the first answer again.
pub fn make_a_key(client: &Client, person: &Person) -> Key {
    let body = json!({ "name": "journey", "scopes": ["analyze", "read"] });
    let make = || {
        let call = person.client.post_json("/api/v1/api-keys", &body);
        call.header("idempotency-key", "the-first-key").send().expect(201)
    };
    let (made, again) = (make(), make());
    assert_eq!(again.header("idempotency-replayed"), "true", "{again}");
    assert_eq!(made.text(), again.text());
    let keys = person.client.get("/api/v1/api-keys").send().expect(200).json();
    assert_eq!(keys["items"].as_array().map(Vec::len), Some(1), "{keys}");

    let made = made.json();
    let text = |field: &str| made[field].as_str().unwrap_or_default().to_owned();
    let key = text("key");
    let _ = client.get("/api/v1/usage").header("x-api-key", &key).send().expect(200);
    Key { client: person.client.bearing(&key), id: text("id") }
}
