//! No component can do more than the table in `components/README.md` says: neither by `spin.toml` nor by its imports.

use std::collections::{BTreeMap, BTreeSet};

use insula_tests::support::repository;
use toml::{Table, Value};

/// What every component may import: what Rust's standard library asks for.
const EVERYBODY: [&str; 5] = ["wasi:cli/", "wasi:clocks/", "wasi:filesystem/", "wasi:io/", "wasi:random/"];

/// Where a component with a database may connect to: the database, and the Redis that its guard may have buckets in.
const ELSEWHERE: [&str; 3] =
    ["postgres://{{ database_host }}", "redis://{{ redis_host }}", "rediss://{{ redis_host }}"];

/// Where databases of tenants' own are, and who speaks of product data, which may be there.
const TENANT_DATABASE: &str = "postgres://{{ tenant_database_host }}";
const OF_PRODUCT_DATA: [&str; 3] = ["ops", "quality", "tenants"];

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

/// A table of the map, as its reader sees it: the cells of each row that follows its heading.
fn table_of(heading: &str) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(repository().join("components/README.md")).unwrap();
    let (_, rows) = text.split_once(heading).unwrap_or_else(|| panic!("no table {heading}"));
    // The rest of the heading's line, the rule, then rows up to the end of the table.
    let rows = rows.lines().skip(2).take_while(|line| line.starts_with('|'));
    let cells = |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
    rows.map(cells).collect()
}

/// What the manifest grants.
fn table() -> BTreeMap<String, Row> {
    let rows = table_of("| Component | Database | Variables | Calls |");
    let rows = rows.into_iter().map(|cells| {
        let row = Row { database: cells[1] == "yes", variables: words(&cells[2]), calls: words(&cells[3]) };
        (cells[0].trim_matches('`').to_owned(), row)
    });
    rows.collect()
}

/// What each built component imports, without versions and what everybody may.
fn table_of_imports() -> BTreeMap<String, BTreeSet<String>> {
    let rows = table_of("| Built component | Imports |");
    rows.into_iter().map(|cells| (cells[0].trim_matches('`').to_owned(), words(&cells[1]))).collect()
}

/// The same, of what stands in the folder of built components; those of the tests are none of the product's. One that is
/// also built for the embedded host is there twice.
fn built() -> Vec<(String, BTreeSet<String>)> {
    let folder = std::fs::read_dir(repository().join("target/components")).unwrap();
    let files = folder.map(|entry| entry.unwrap().path());
    let components = files.filter_map(|file| {
        let name = file.file_name()?.to_str()?.strip_suffix(".wasm")?.to_owned();
        (!name.starts_with("guest-")).then(|| (name, powers(&std::fs::read(&file).unwrap())))
    });
    components.collect()
}

fn powers(component: &[u8]) -> BTreeSet<String> {
    let imports = imports(component);
    assert!(!imports.is_empty(), "no imports were read");
    let named = imports.iter().map(|import| import.split('@').next().unwrap_or_default().to_owned());
    named.filter(|import| !EVERYBODY.iter().any(|prefix| import.starts_with(prefix))).collect()
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
    let known = ["source", "sqlite_databases", "allowed_outbound_hosts", "variables", "dependencies", "tool"];
    let manifest = manifest();
    for (name, component) in components(&manifest) {
        for (key, value) in component.as_table().unwrap() {
            assert!(known.contains(&key.as_str()), "{name} has `{key}`, which the table has no column for");
            match key.as_str() {
                "sqlite_databases" => assert_eq!(value.to_string(), "[\"default\"]", "{name}"),
                "tool" => {
                    let embedded = format!("target/components/{name}.embedded.wasm");
                    assert_eq!(value["insula"]["embedded_source"].as_str(), Some(&*embedded), "{name}");
                    assert_eq!(value.as_table().map(Table::len), Some(1), "{name}");
                }
                "allowed_outbound_hosts" => {
                    let (of_tenants, elsewhere): (Vec<&str>, Vec<&str>) = outbound(component)
                        .filter(|host| called(host).is_none())
                        .partition(|host| *host == TENANT_DATABASE);
                    assert_eq!(elsewhere, ELSEWHERE, "{name}");
                    assert_eq!(!of_tenants.is_empty(), OF_PRODUCT_DATA.contains(&name.as_str()), "{name}");
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

/// More is a power that nobody has decided on; less is a grant that nobody needs any more.
#[test]
fn each_built_component_imports_exactly_what_the_table_says() {
    let (said, found) = (table_of_imports(), built());
    for (name, imports) in &found {
        let said = said.get(name).unwrap_or_else(|| panic!("{name} is in no row"));
        let (more, fewer): (Vec<_>, Vec<_>) =
            (imports.difference(said).collect(), said.difference(imports).collect());
        assert!(more.is_empty(), "{name} imports what its row doesn't say: {more:?}");
        assert!(fewer.is_empty(), "the row of {name} says what it doesn't import: {fewer:?}");
    }
    let gone: Vec<_> = said.keys().filter(|name| !found.iter().any(|(built, _)| built == *name)).collect();
    assert!(gone.is_empty(), "rows of components that aren't built: {gone:?}");
}

/// A row can be written as one likes; these must not be written otherwise without a decision.
#[test]
fn what_one_component_alone_may_is_in_no_other_row() {
    let table = table_of_imports();
    let who = |import: &str| {
        let rows = table.iter().filter(|(_, imports)| imports.contains(import));
        rows.map(|(name, _)| name.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(who("wasi:http/client"), ["mailer-http", "ops"], "who sends requests");
    assert_eq!(who("insula:notify/mailer"), ["ops"], "who delivers mail");
    assert_eq!(
        who("spin:redis/redis"),
        ["access", "gateway"],
        "who has buckets elsewhere: the guard, and what it is in"
    );
    assert_eq!(who("wasi:http/handler"), ["gateway"], "who is middleware");
    assert_eq!(who("insula:native/argon2id"), ["auth.embedded"], "what only the embedded host has");
    let but_for_the_hash = table["auth.embedded"].iter().filter(|import| *import != "insula:native/argon2id");
    assert!(but_for_the_hash.eq(&table["auth"]), "the two builds of one component");
    for provider in ["access", "mailer-http", "mailer-log"] {
        assert!(!who("insula:access/guard").contains(&provider), "a provider asks the guard");
    }
    let database = ["spin:sqlite/sqlite", "spin:postgres/postgres"].map(who);
    assert!(database.iter().all(|who| !who.contains(&"mailer-http")), "{database:?}");
}

/// The manifest and the imports fit: who may call another component imports what it takes, and who may not doesn't.
#[test]
fn who_may_call_imports_a_client_and_who_has_a_database_imports_it() {
    let imports = table_of_imports();
    for (name, row) in table() {
        let imports = &imports[&name];
        assert_eq!(imports.contains("wasi:http/client"), !row.calls.is_empty(), "{name}");
        let provider = ["access", "mailer-log"].contains(&name.as_str());
        assert_eq!(imports.contains("spin:sqlite/sqlite"), row.database || provider, "{name}");
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
