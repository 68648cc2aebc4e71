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

/// What only the builds for this host may import.
const OWN: &str = r#"(component
    (type $cost (record (field "memory-kib" u32) (field "passes" u32) (field "lanes" u32)))
    (import "insula:native/argon2id@1.0.0" (instance
        (alias outer 1 $cost (type $outer))
        (export "cost" (type $own (eq $outer)))
        (export "tag" (func async
            (param "password" (list u8)) (param "salt" (list u8)) (param "cost" $own) (result (list u8)))))))"#;

fn load(folder: &Path, component: &str) -> Result<Arc<Program>, Error> {
    let text = format!(
        "spin_manifest_version = 2\n[application]\nname = \"a\"\n\
         [[trigger.http]]\nroute = \"/...\"\ncomponent = \"main\"\n[component.main]\n{component}\n"
    );
    for (name, text) in [("main", MAIN), ("library", LIBRARY), ("strange", STRANGE), ("own", OWN)] {
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

/// What a component computes there is not stopped at a deadline.
#[test]
fn the_hosts_own_functions_are_only_for_the_builds_that_the_manifest_says_are_made_for_it() {
    const MADE_FOR_IT: &str =
        "source = \"strange.wasm\"\ntool = { insula = { embedded_source = \"own.wasm\" } }";
    let missing = |error: &Error, import: &str| matches!(error, Error::Linking { component, reason } if component == "main" && reason.contains(import));

    let error = refused("source = \"own.wasm\"");
    assert!(missing(&error, "insula:native/argon2id"), "{error}");
    // It is linked, and has no handler.
    let error = refused(MADE_FOR_IT);
    assert!(missing(&error, "wasi:http/handler") && !missing(&error, "insula:native"), "{error}");
}
