//! An application of the components that answer a constant: without anything, behind the guard, with one SELECT.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::Bench;

/// Answers without asking anybody.
pub const BARE: &str = "/bare";
/// Answers whoever the guard lets in; every answer is counted.
pub const GUARDED: &str = "/guarded";
/// Answers with one prepared SELECT; PostgreSQL only.
pub const SELECT: &str = "/select";

/// `COMPONENTS` stands for the folder of the built ones.
const MANIFEST: &str = r#"
spin_manifest_version = 2

[application]
name = "bench"
version = "0.1.0"

[variables]
database_url = { default = "", secret = true }
database_host = { default = "127.0.0.1:5432" }
operator_key_sha256 = { required = true, secret = true }

[[trigger.http]]
route = "/bare"
component = "bare"

[[trigger.http]]
route = "/guarded"
component = "guarded"

[[trigger.http]]
route = "/select"
component = "select"

[component.access]
source = "COMPONENTS/access.wasm"

[component.bare]
source = "COMPONENTS/guest-bare.wasm"

[component.guarded]
source = "COMPONENTS/guest-guarded.wasm"
sqlite_databases = ["default"]
allowed_outbound_hosts = ["postgres://{{ database_host }}"]

[component.guarded.variables]
database_url = "{{ database_url }}"
operator_key_sha256 = "{{ operator_key_sha256 }}"

[component.guarded.dependencies]
"insula:access/guard@1.0.0" = { component = "access", inherit_configuration = ["variables", "sqlite_databases", "allowed_outbound_hosts"] }

[component.select]
source = "COMPONENTS/guest-select.wasm"
allowed_outbound_hosts = ["postgres://{{ database_host }}"]

[component.select.variables]
database_url = "{{ database_url }}"
"#;

/// Writes the manifest into a folder.
pub fn manifest(bench: &Bench<'_>, folder: &Path) -> Result<PathBuf> {
    let path = folder.join("guests.toml");
    let components = bench.workspace.components();
    let components = components.to_str().context("the repository's path is not UTF-8")?;
    std::fs::write(&path, MANIFEST.replace("COMPONENTS", components))
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}
