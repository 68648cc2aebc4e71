//! Loading: what is missing, denied or unknown is named before the first request.

use std::fs;
use std::path::Path;

use super::*;

/// A dependency that uses a capability.
const LIBRARY: &str = r#"(component
    (import "spin:sqlite/sqlite@3.1.0" (instance $sqlite (export "now" (func (result u32)))))
    (alias export $sqlite "now" (func $now))
    (instance $greet (export "number" (func $now)))
    (export "demo:lib/greet@1.0.0" (instance $greet)))"#;

const MAIN: &str = r#"(component
    (import "demo:lib/greet@1.0.0" (instance $greet (export "number" (func (result u32)))))
    (export "demo:app/run@1.0.0" (instance $greet)))"#;

const STRANGE: &str = r#"(component (import "demo:host/unknown@1.0.0" (instance (export "f" (func)))))"#;

fn load(folder: &Path, component: &str) -> Result<Arc<Program>, Error> {
    let text = format!(
        "spin_manifest_version = 2\n[application]\nname = \"a\"\n\
         [[trigger.http]]\nroute = \"/...\"\ncomponent = \"main\"\n[component.main]\n{component}\n"
    );
    for (name, text) in [("main", MAIN), ("library", LIBRARY), ("strange", STRANGE)] {
        fs::write(folder.join(format!("{name}.wasm")), wat::parse_str(text).unwrap()).unwrap();
    }
    let manifest = Manifest::parse(&folder.join("spin.toml"), &text)?;
    Program::load(manifest, &ProgramOptions { cache_dir: folder.join("cache"), ..ProgramOptions::default() })
}

#[track_caller]
fn refused(component: &str) -> Error {
    let folder = tempfile::tempdir().unwrap();
    match load(folder.path(), component) {
        Ok(_) => panic!("not refused"),
        Err(error) => error,
    }
}

#[test]
fn a_component_that_is_not_built_says_how_to_build_it() {
    let error = refused("source = \"absent.wasm\"");

    assert!(matches!(&error, Error::ComponentMissing { component, .. } if component == "main"));
    assert!(error.to_string().contains("cargo xtask build"), "{error}");
}

#[test]
fn a_dependency_gets_nothing_that_it_does_not_inherit() {
    const DEPENDENCY: &str =
        "source = \"main.wasm\"\ndependencies = { \"demo:lib\" = { path = \"library.wasm\"";
    for inherit in ["", ", inherit_configuration = false", ", inherit_configuration = [\"variables\"]"] {
        let error = refused(&format!("{DEPENDENCY}{inherit} }} }}"));
        assert!(
            matches!(&error, Error::Denied { capability: "sqlite_databases", component, .. } if component == "main"),
            "{error}"
        );
    }
    for inherit in ["true", "[\"sqlite_databases\"]"] {
        // It gets further: this one does not even compile.
        let error = refused(&format!("{DEPENDENCY}, inherit_configuration = {inherit} }} }}"));
        assert!(!matches!(error, Error::Denied { .. }), "{error}");
    }
}

#[test]
fn an_import_that_the_host_does_not_have_is_named() {
    let error = refused("source = \"strange.wasm\"");

    assert!(matches!(error, Error::Linking { .. }), "{error}");
    assert!(error.to_string().contains("demo:host/unknown"), "{error}");
}
