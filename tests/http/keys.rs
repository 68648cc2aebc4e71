//! API keys.

mod bound_keys;
mod bounds;
mod change;
mod create;
mod creator;
mod expiry;
mod get;
mod idempotency;
mod import;
mod last_use;
mod leaked;
mod list;
mod networks;
mod owners_bounds;
mod refused;
mod revoke;
mod rotate;
mod shared_limit;
mod verify;

use insula_tests::support::{Answer, App, Caller};
use serde_json::{Value, json};

pub const PATH: &str = "/api/v1/api-keys";

/// Sends a key.
pub fn create(caller: &Caller<'_>, body: &Value) -> Answer {
    caller.post(PATH, body).send()
}

/// A new key that may read: the path of it, and whoever presents it.
#[track_caller]
pub fn reading_key<'a>(app: &'a App, owner: &Caller<'_>) -> (String, Caller<'a>) {
    let answer = create(owner, &json!({ "name": "CI", "scopes": ["read"] })).expect(201);
    let key = app.caller(answer.json()["key"].as_str().unwrap());
    (answer.header("location").to_owned(), key)
}

/// A key with these settings: the path of it, its text, and whoever presents it.
#[track_caller]
pub fn key_with<'a>(app: &'a App, owner: &Caller<'_>, body: Value) -> (String, String, Caller<'a>) {
    let answer = create(owner, &body).expect(201);
    let text = answer.json()["key"].as_str().unwrap().to_owned();
    (answer.header("location").to_owned(), text.clone(), app.caller(&text))
}

/// Sends a change of the key at that path.
pub fn patch(caller: &Caller<'_>, path: &str, body: &Value) -> Answer {
    caller.request("PATCH", path).json(body).send()
}
