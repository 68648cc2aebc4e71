//! No component can do more than the table in `components/README.md` says: neither by `spin.toml` nor by its imports.

use std::collections::{BTreeMap, BTreeSet};

use insula_tests::support::repository;
use toml::{Table, Value};

/// What every component may import: what Rust's standard library asks for, and the types of HTTP.
const EVERYBODY: &[&str] =
    &["wasi:cli/", "wasi:clocks/", "wasi:filesystem/", "wasi:io/", "wasi:random/", "wasi:http/types@"];
/// What a component with the database may import besides.
const DATABASE: &[&str] = &["spin:sqlite/", "spin:postgres/", "spin:variables/", "insula:access/"];

#[derive(Debug, PartialEq, Eq)]
struct Row {
    database: bool,
    variables: BTreeSet<String>,
    calls: BTreeSet<String>,
}

fn manifest() -> Table {
    std::fs::read_to_string(repository().join("spin.toml")).unwrap().parse().unwrap()
}

fn components(manifest: &Table) -> &Table {
    manifest["component"].as_table().unwrap()
}

fn words(cell: &str) -> BTreeSet<String> {
    cell.split_whitespace().map(|word| word.trim_matches('`').to_owned()).collect()
}

/// Where a component may send requests to.
fn outbound(component: &Value) -> impl Iterator<Item = &str> {
    let hosts = component.get("allowed_outbound_hosts").and_then(Value::as_array);
    hosts.into_iter().flatten().filter_map(Value::as_str)
}

/// The component of the application that a host's name stands for.
fn called(host: &str) -> Option<&str> {
    host.strip_prefix("http://")?.strip_suffix(".spin.internal")
}

/// The table of capabilities, as the reader of the map sees it.
fn table() -> BTreeMap<String, Row> {
    let text = std::fs::read_to_string(repository().join("components/README.md")).unwrap();
    let (_, rows) =
        text.split_once("| Component | Database | Variables | Calls |").expect("the table of capabilities");
    let cells = rows.lines().filter(|line| line.starts_with("| `"));
    cells
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            let row = Row { database: cells[1] == "yes", variables: words(cells[2]), calls: words(cells[3]) };
            (cells[0].trim_matches('`').to_owned(), row)
        })
        .collect()
}

#[test]
fn the_manifest_grants_what_the_table_says_and_nothing_else() {
    let manifest = manifest();
    let granted: BTreeMap<String, Row> = components(&manifest)
        .iter()
        .map(|(name, component)| {
            let keys = component.get("variables").and_then(Value::as_table);
            let variables = keys.map(|table| table.keys().cloned().collect()).unwrap_or_default();
            let calls = outbound(component).filter_map(called).map(str::to_owned).collect();
            let row = Row { database: component.get("sqlite_databases").is_some(), variables, calls };
            (name.clone(), row)
        })
        .collect();
    assert_eq!(granted, table());
}

#[test]
fn no_component_has_another_kind_of_grant() {
    let known = ["source", "sqlite_databases", "allowed_outbound_hosts", "variables", "dependencies"];
    let manifest = manifest();
    for (name, component) in components(&manifest) {
        for (key, value) in component.as_table().unwrap() {
            assert!(known.contains(&key.as_str()), "{name} has `{key}`, which the table has no column for");
            match key.as_str() {
                "sqlite_databases" => assert_eq!(value.to_string(), "[\"default\"]", "{name}"),
                "allowed_outbound_hosts" => {
                    let elsewhere: Vec<&str> =
                        outbound(component).filter(|host| called(host).is_none()).collect();
                    assert_eq!(elsewhere, ["postgres://{{ database_host }}"], "{name}");
                }
                _ => {}
            }
        }
    }
}

#[test]
fn only_auth_sees_the_signing_key() {
    let seers: Vec<String> = table()
        .into_iter()
        .filter(|(_, row)| row.variables.contains("signing_key"))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(seers, ["auth"]);
}

/// Spin ignores a misspelt name in `inherit_configuration`, and the dependency then lacks what it needs.
#[test]
fn what_dependencies_inherit_is_spelt_as_spin_spells_it() {
    let manifest = manifest();
    for (name, component) in components(&manifest) {
        let Some(dependencies) = component.get("dependencies").and_then(Value::as_table) else { continue };
        for (interface, dependency) in dependencies {
            let inherited = dependency["inherit_configuration"].as_array().unwrap();
            let inherited: Vec<&str> = inherited.iter().filter_map(Value::as_str).collect();
            assert_eq!(
                inherited,
                ["variables", "sqlite_databases", "allowed_outbound_hosts"],
                "{name} {interface}"
            );
        }
    }
}

#[test]
fn the_built_components_import_only_what_they_are_granted() {
    let manifest = manifest();
    for (name, component) in components(&manifest) {
        let path = repository().join(component["source"].as_str().unwrap());
        let imports = imports(&std::fs::read(&path).unwrap());
        assert!(!imports.is_empty(), "{name}: no imports were read");
        let calls = !table()[name].calls.is_empty();
        for import in imports {
            let client = calls && import.starts_with("wasi:http/client@");
            let delivers = name == "ops" && import.starts_with("insula:notify/mailer@");
            let known = EVERYBODY.iter().chain(DATABASE).any(|prefix| import.starts_with(prefix));
            let allowed = client || delivers || known;
            assert!(allowed, "{name} imports {import}");
            assert!(
                !(["access", "mailer-log"].contains(&name.as_str())
                    && import.starts_with("insula:access/guard")),
                "a provider asks the guard"
            );
        }
    }
}

/// Middleware has no dependencies of its own, so its guard is inside, and all that is left is the database and what is
/// behind it.
#[test]
fn the_gateway_brings_its_guard_and_imports_what_is_behind_it_and_the_database() {
    let path = repository().join("target/components/gateway.wasm");
    let imports = imports(&std::fs::read(&path).unwrap());
    assert!(imports.contains(&"wasi:http/handler@0.3.0".to_owned()), "{imports:?}");
    let database = DATABASE.iter().filter(|prefix| !prefix.starts_with("insula:"));
    let known: Vec<&str> = EVERYBODY.iter().chain(database).copied().collect();
    for import in imports.iter().filter(|import| *import != "wasi:http/handler@0.3.0") {
        // The types of what was composed in are no power.
        let is_types = import.starts_with("insula:access/types@");
        assert!(
            is_types || known.iter().any(|prefix| import.starts_with(prefix)),
            "the gateway imports {import}"
        );
    }
}

/// It takes the place of `mailer-log` by lines of the manifest, so what it could do counts although it isn't in it.
#[test]
fn the_mailer_that_posts_has_variables_and_http_and_nothing_else() {
    let imports = imports(&std::fs::read(repository().join("target/components/mailer-http.wasm")).unwrap());
    assert!(imports.iter().any(|import| import.starts_with("wasi:http/client@")), "{imports:?}");
    for import in imports {
        let allowed = ["spin:variables/", "wasi:http/client@"];
        let allowed = EVERYBODY.iter().chain(&allowed).any(|prefix| import.starts_with(prefix));
        assert!(allowed, "mailer-http imports {import}");
    }
}

/// What a component imports, by name.
#[expect(clippy::wildcard_enum_match_arm, reason = "the other parts of a component are of no interest here")]
fn imports(component: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    let mut depth = 0;
    for payload in wasmparser::Parser::new(0).parse_all(component) {
        match payload.unwrap() {
            wasmparser::Payload::ModuleSection { .. } | wasmparser::Payload::ComponentSection { .. } => {
                depth += 1
            }
            wasmparser::Payload::End(_) => depth -= 1,
            wasmparser::Payload::ComponentImportSection(section) if depth == 0 => {
                names.extend(section.into_iter().map(|import| import.unwrap().name.name.to_owned()));
            }
            _ => {}
        }
    }
    names
}
