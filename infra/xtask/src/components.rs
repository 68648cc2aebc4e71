//! Which packages are components: read from the workspace, so that no list has to be kept by hand.

use std::path::Path;

use anyhow::{Result, bail};
use serde_json::Value;

use crate::toolchain::Instructions;
use crate::workspace::Workspace;

/// A package that is built to a component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// The package, `insula-auth`.
    pub package: String,
    /// The file's stem in `target/components`, `auth`.
    pub name: String,
    /// The file that cargo writes, `insula_auth.wasm`.
    pub module: String,
    /// The component that is composed into it when it is built, by its name.
    pub composed_with: Option<String>,
    /// What its runtime must have.
    pub instructions: Instructions,
}

impl Component {
    /// The same, made for the embedded host: `auth.embedded`, built with its package's feature `embedded`.
    fn embedded(&self) -> Self {
        Self { name: format!("{}.embedded", self.name), instructions: Instructions::Wide, ..self.clone() }
    }
}

/// Every component of the workspace: what is a `cdylib` under `components/` or `tests/guests/`. A package whose metadata
/// says `embedded` is two.
pub fn all(workspace: &Workspace) -> Result<Vec<Component>> {
    let metadata = workspace.metadata()?;
    let packages = metadata.packages();
    let mut components: Vec<Component> =
        packages.flat_map(|package| components_of(package, workspace.root())).collect();
    components.sort_by(|one, other| one.name.cmp(&other.name));
    if components.is_empty() {
        bail!("the workspace has no components");
    }
    Ok(components)
}

fn components_of(package: &Value, root: &Path) -> Vec<Component> {
    let Some(component) = component(package, root) else { return Vec::new() };
    let embedded = package["metadata"]["insula"]["embedded"] == true;
    let embedded = embedded.then(|| component.embedded());
    std::iter::once(component).chain(embedded).collect()
}

fn component(package: &Value, root: &Path) -> Option<Component> {
    let manifest = Path::new(package["manifest_path"].as_str()?).strip_prefix(root).ok()?;
    if !manifest.starts_with("components") && !manifest.starts_with("tests/guests") {
        return None;
    }
    let library = package["targets"].as_array()?.iter().find(|target| {
        let kinds = target["crate_types"].as_array();
        kinds.is_some_and(|kinds| kinds.iter().any(|kind| kind == "cdylib"))
    })?;
    let composed_with = package["metadata"]["insula"]["composed_with"].as_str();
    let package = package["name"].as_str()?;
    Some(Component {
        package: package.to_owned(),
        name: package.strip_prefix("insula-").unwrap_or(package).to_owned(),
        module: format!("{}.wasm", library["name"].as_str()?.replace('-', "_")),
        composed_with: composed_with.map(str::to_owned),
        instructions: Instructions::Common,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn package(manifest: &str, kind: &str) -> Value {
        json!({
            "name": "insula-guest-constant",
            "manifest_path": manifest,
            "targets": [{ "name": "insula_guest_constant", "crate_types": [kind] }],
        })
    }

    #[test]
    fn a_cdylib_under_components_or_guests_is_a_component() {
        let found = component(&package("/r/tests/guests/constant/Cargo.toml", "cdylib"), Path::new("/r"));
        let expected = Component {
            package: "insula-guest-constant".into(),
            name: "guest-constant".into(),
            module: "insula_guest_constant.wasm".into(),
            composed_with: None,
            instructions: Instructions::Common,
        };
        assert_eq!(found, Some(expected));
    }

    #[test]
    fn what_a_component_is_composed_with_stands_in_its_package() {
        let mut package = package("/r/components/gateway/Cargo.toml", "cdylib");
        package["metadata"] = json!({ "insula": { "composed_with": "access" } });
        let found = component(&package, Path::new("/r")).unwrap();
        assert_eq!(found.composed_with.as_deref(), Some("access"));
    }

    #[test]
    fn a_package_that_has_a_build_for_the_embedded_host_is_two_components_of_one_module() {
        let mut package = package("/r/components/auth/Cargo.toml", "cdylib");
        package["metadata"] = json!({ "insula": { "embedded": true } });
        let found = components_of(&package, Path::new("/r"));
        let names: Vec<_> = found.iter().map(|one| (one.name.as_str(), one.instructions)).collect();
        let expected =
            [("guest-constant", Instructions::Common), ("guest-constant.embedded", Instructions::Wide)];
        assert_eq!(names, expected);
        assert!(found.iter().all(|one| one.module == "insula_guest_constant.wasm"));
    }

    #[test]
    fn a_library_and_a_cdylib_elsewhere_are_not() {
        assert_eq!(component(&package("/r/components/kit/Cargo.toml", "rlib"), Path::new("/r")), None);
        assert_eq!(component(&package("/r/infra/host/Cargo.toml", "cdylib"), Path::new("/r")), None);
    }
}
