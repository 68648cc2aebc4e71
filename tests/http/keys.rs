//! API keys.

mod bounds;
mod create;
mod creator;
mod expiry;
mod get;
mod idempotency;
mod list;
mod refused;
mod revoke;

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
