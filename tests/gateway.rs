//! The gateway in front of a workload that knows nothing of Insula.

mod called;
mod counted;
mod noted;
mod order;
mod passed;
mod python;
mod refused;
mod told;

use std::sync::Arc;

use insula_host::Program;
use insula_tests::support::{App, Options, program_of, repository};

/// What the manifest says to put a component behind the gateway.
const LINES: &str = r#"
[[trigger.http]]
route = "/workload/..."
component = "workload"
dependencies.middleware = [{ component = "gateway", inherit_configuration = ["variables", "sqlite_databases", "allowed_outbound_hosts"] }]

[component.gateway]
source = "target/components/gateway.wasm"

[component.workload]
source = "target/components/guest-workload.wasm"
sqlite_databases = ["default"]
allowed_outbound_hosts = ["postgres://{{ database_host }}", "redis://{{ redis_host }}"]

[component.workload.variables]
database_url = "{{ database_url }}"
bucket_storage = "{{ bucket_storage }}"
redis_url = "{{ redis_url }}"
operator_key_sha256 = "{{ operator_key_sha256 }}"
"#;

/// The application of `spin.toml` with a workload behind the gateway.
fn app() -> App {
    of(&manifest())
}

/// The same with more variables for the gateway.
fn app_saying(variables: &str) -> App {
    of(&format!("{}{variables}\n", manifest()))
}

/// `spin.toml` and the lines.
fn manifest() -> String {
    std::fs::read_to_string(repository().join("spin.toml")).unwrap() + LINES
}

fn of(manifest: &str) -> App {
    of_program(program_of(manifest))
}

fn of_program(program: Arc<Program>) -> App {
    App::with(Options { program: Some(program), contract: false, ..Options::default() })
}
