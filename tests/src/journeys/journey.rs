//! What a first customer does, over the address of any server: embedded, under Spin, on either database.
//!
//! It takes real time and leaves its people behind, so it wants a server of its own with a fresh, migrated database.

mod arrival;
mod limits;
mod mail;
mod metering;
mod strangers;

use serde_json::json;

use super::client::Client;
use crate::support::PASSWORD;

/// The whole journey.
///
/// # Panics
///
/// When an answer is not the promised one; the message shows it.
pub fn run(base: &str, operator_key: &str) {
    let client = Client::new(base);
    arrival::health_and_what_nobody_knows(&client);
    arrival::the_operator_keeps_it_running(&client, operator_key);
    let ada = arrival::register_and_log_in(&client, "ada", "Acme");
    let key = arrival::make_a_key(&client, &ada);
    let report_id = metering::analyze_and_read(&key);
    metering::refused_files_are_not_counted(&key);
    let bob = arrival::register_and_log_in(&client, "bob", "Birch");
    strangers::see_nothing(&ada, &bob, &report_id);
    strangers::a_revoked_key_is_refused(&ada);
    mail::codes_arrive_and_are_good_once(&client, operator_key);
    let carol = arrival::register_and_log_in(&client, "carol", "Cedar");
    limits::too_fast_is_told_when_to_come_back(&carol);
}

/// Somebody with a tenant, logged in.
struct Person {
    /// Calls with the access token.
    client: Client,
    tenant_id: String,
}

/// An API key.
struct Key {
    /// Calls with it.
    client: Client,
    id: String,
}

impl Person {
    #[track_caller]
    fn key(&self, name: &str, scopes: &[&str]) -> Key {
        let body = json!({ "name": name, "scopes": scopes });
        let made = self.client.post_json("/api/v1/api-keys", &body).send().expect(201).json();
        let text = |field: &str| made[field].as_str().unwrap_or_default().to_owned();
        Key { client: self.client.bearing(&text("key")), id: text("id") }
    }
}

impl Key {
    /// What was used of a metric.
    #[track_caller]
    fn used(&self, metric: &str) -> i64 {
        let usage = self.client.get("/api/v1/usage").send().expect(200).json();
        usage["metrics"][metric]["current"].as_i64().unwrap_or_else(|| panic!("no {metric} in {usage}"))
    }
}
