//! What is secret is stored only under keys of its owner's, and those only wrapped by the master key.

mod own_database;
mod rotation;
mod server;
mod tenant_keys;
mod untouched;

use std::sync::{Arc, OnceLock};

use insula_host::Program;
use insula_tests::support::{Answer, App, PASSWORD, program_of};
use serde_json::json;

/// A component that seals under the keys of tenants, as a product's does.
const SEALING: &str = r#"
spin_manifest_version = 2
[application]
name = "sealing"
version = "0.1.0"
[variables]
database_url = { default = "", secret = true }
database_host = { default = "127.0.0.1:5432" }
operator_key_sha256 = { required = true, secret = true }
master_key = { required = true, secret = true }
master_key_previous = { default = "", secret = true }
[[trigger.http]]
route = "/sealing/..."
component = "sealing"
[component.access]
source = "target/components/access.wasm"
[component.sealing]
source = "target/components/guest-sealing.wasm"
sqlite_databases = ["default"]
allowed_outbound_hosts = ["postgres://{{ database_host }}"]
[component.sealing.variables]
database_url = "{{ database_url }}"
operator_key_sha256 = "{{ operator_key_sha256 }}"
master_key = "{{ master_key }}"
master_key_previous = "{{ master_key_previous }}"
[component.sealing.dependencies]
"insula:access/guard@1.0.0" = { component = "access", inherit_configuration = ["variables", "sqlite_databases", "allowed_outbound_hosts"] }
"#;

/// It, compiled once.
fn sealing() -> Arc<Program> {
    static PROGRAM: OnceLock<Arc<Program>> = OnceLock::new();
    PROGRAM.get_or_init(|| program_of(SEALING)).clone()
}

/// Has a text sealed or opened, for a tenant and a purpose.
fn ask(app: &App, verb: &str, (tenant_id, purpose): (&str, &str), text: &str) -> Answer {
    let body = json!({ "tenant_id": tenant_id, "purpose": purpose, "text": text });
    app.operator().post(&format!("/sealing/{verb}"), &body).send()
}

#[track_caller]
fn text(answer: Answer) -> String {
    answer.expect(200).json()["text"].as_str().unwrap().to_owned()
}
