//! Applications of test components: ones that misbehave, and a product's own behind the guard.

use std::sync::{Arc, OnceLock};

use insula_host::{Manifest, Program, Settings};

use super::app::{App, Options};
use super::program::{load, repository};

const MANIFEST: &str = r#"
spin_manifest_version = 2

[application]
name = "guests"
version = "0.1.0"

[variables]
database_url = { default = "", secret = true }
database_host = { default = "127.0.0.1:5432" }
operator_key_sha256 = { required = true, secret = true }
signing_key = { required = true, secret = true }
master_key = { required = true, secret = true }
public_url = { default = "http://localhost" }

[[trigger.http]]
route = "/unruly/..."
component = "unruly"

[[trigger.http]]
route = "/guarded"
component = "guarded"

[component.access]
source = "target/components/access.wasm"

[component.unruly]
source = "target/components/guest-unruly.wasm"
sqlite_databases = ["default"]
allowed_outbound_hosts = ["postgres://{{ database_host }}"]

[component.unruly.variables]
database_url = "{{ database_url }}"

[component.guarded]
source = "target/components/guest-guarded.wasm"
sqlite_databases = ["default"]
allowed_outbound_hosts = ["postgres://{{ database_host }}"]

[component.guarded.variables]
database_url = "{{ database_url }}"
operator_key_sha256 = "{{ operator_key_sha256 }}"

[component.guarded.dependencies]
"insula:access/guard@1.0.0" = { component = "access", inherit_configuration = ["variables", "sqlite_databases", "allowed_outbound_hosts"] }
"#;

/// The test components, compiled once.
pub fn guests() -> Arc<Program> {
    static PROGRAM: OnceLock<Arc<Program>> = OnceLock::new();
    PROGRAM.get_or_init(|| program_of(MANIFEST)).clone()
}

/// The components of a manifest that stands in a test, as if it were a file of the repository's folder.
#[must_use]
pub fn program_of(manifest: &str) -> Arc<Program> {
    let path = repository().join("guests.toml");
    load(Manifest::parse(&path, manifest).unwrap_or_else(|error| panic!("{error}")))
}

impl App {
    /// Starts the test components on a migrated database.
    #[must_use]
    pub fn of_guests(settings: fn(&mut Settings)) -> Self {
        Self::with(Options { program: Some(guests()), settings, contract: false, ..Options::default() })
    }
}
