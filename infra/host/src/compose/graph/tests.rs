//! Small components, put together.

use super::*;
use crate::manifest::{ImportName, Inherit, Provider};

const MAIN: &str = r#"(component
    (import "demo:lib/greet@1.0.0" (instance $greet (export "number" (func (result u32)))))
    (import "demo:other/thing@1.0.0" (instance (export "number" (func (result u32)))))
    (export "demo:app/run@1.0.0" (instance $greet)))"#;

const LIBRARY: &str = r#"(component
    (import "demo:host/clock@1.0.0" (instance $clock (export "now" (func (result u32)))))
    (alias export $clock "now" (func $now))
    (instance $greet (export "number" (func $now)))
    (export "demo:lib/greet@1.0.1" (instance $greet)))"#;

fn bytes(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap()
}

fn dependency(import: &str) -> Dependency {
    Dependency {
        import: ImportName::parse(import).unwrap(),
        provider: Provider::Component("library".into()),
        export: None,
        inherit: Inherit::All,
        line: 1,
    }
}

fn plugged(import: &str) -> Result<Vec<u8>, String> {
    let (dependency, library) = (dependency(import), bytes(LIBRARY));
    plug(bytes(MAIN), [(&dependency, &library)].into_iter())
}

#[test]
fn a_satisfied_import_is_gone_and_the_dependencys_own_are_the_hosts() {
    for import in ["demo:lib", "demo:lib/greet@1.0.0"] {
        let composed = plugged(import).unwrap();

        let mut imports = imports("composed", composed).unwrap();
        imports.sort();
        assert_eq!(imports, ["demo:host/clock@1.0.0", "demo:other/thing@1.0.0"]);
    }
}

#[test]
fn a_dependency_that_satisfies_nothing_or_does_not_export_is_refused() {
    let nothing = plugged("demo:unknown").unwrap_err();
    assert!(nothing.contains("imports nothing"), "{nothing}");

    let missing = plugged("demo:other").unwrap_err();
    assert!(missing.contains("does not export demo:other/thing@1.0.0"), "{missing}");
}

#[test]
fn two_dependencies_for_one_import_are_refused() {
    let (package, interface, library) =
        (dependency("demo:lib"), dependency("demo:lib/greet"), bytes(LIBRARY));

    let both = plug(bytes(MAIN), [(&package, &library), (&interface, &library)].into_iter()).unwrap_err();

    assert!(both.contains("two dependencies satisfy demo:lib/greet@1.0.0"), "{both}");
}

#[test]
fn what_is_no_component_is_refused_by_name() {
    let error = imports("access", b"\0asm\x01\0\0\0".to_vec()).unwrap_err();
    assert!(error.starts_with("access is not a component"), "{error}");
}
