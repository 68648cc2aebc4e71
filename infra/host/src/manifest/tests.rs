//! What a manifest may say, and what it is told when it says something else.

use std::path::Path;

use super::*;

const GOOD: &str = r#"spin_manifest_version = 2

[application]
name = "demo"

[variables]
database_host = { default = "localhost:5432" }
signing_key = { required = true, secret = true }

[[trigger.http]]
route = "/api/v1/things/..."
component = "things"

[[trigger.http]]
route = { private = true }
component = "inner"
dependencies.middleware = [{ component = "gateway", inherit_configuration = ["variables"] }]

[component.things]
source = "target/things.wasm"
sqlite_databases = ["default"]
allowed_outbound_hosts = ["postgres://{{ database_host }}"]
[component.things.variables]
key = "{{ signing_key }}"
[component.things.dependencies]
"insula:access" = { component = "gateway", inherit_configuration = true }

[component.inner]
source = "target/inner.wasm"

[component.gateway]
source = "target/gateway.wasm"
"#;

fn parse(text: &str) -> Result<Manifest, Error> {
    Manifest::parse(Path::new("/app/spin.toml"), text)
}

#[track_caller]
fn refused(text: &str) -> (usize, Refusal) {
    match parse(text) {
        Err(Error::Refused { line, refusal, .. }) => (line, refusal),
        other => panic!("not refused: {other:?}"),
    }
}

fn line_of(text: &str, part: &str) -> usize {
    text.lines().position(|line| line.contains(part)).unwrap() + 1
}

#[test]
fn a_manifest_is_read_with_paths_relative_to_its_folder() {
    let manifest = parse(GOOD).unwrap();
    let things = &manifest.components["things"];

    assert_eq!(things.source, Path::new("/app/target/things.wasm"));
    assert_eq!(things.sqlite_databases, ["default"]);
    assert_eq!(things.dependencies[0].inherit, Inherit::All);
    assert_eq!(things.dependencies[0].provider, Provider::Component("gateway".into()));
    assert!(manifest.variables["signing_key"].required());
    assert_eq!(manifest.triggers[0].route.as_ref().unwrap().as_str(), "/api/v1/things/...");
    assert!(manifest.triggers[1].route.is_none());
    assert_eq!(manifest.middleware_of("inner").len(), 1);
    assert!(manifest.middleware_of("inner")[0].inherit.covers(Capability::Variables));
    assert!(!manifest.middleware_of("inner")[0].inherit.covers(Capability::SqliteDatabases));
}

/// Spin ignores what stands under `tool`.
#[test]
fn of_the_tools_own_settings_the_build_for_this_host_is_taken_and_those_of_others_are_left() {
    let with = |lines: &str| GOOD.replacen("[component.inner]", &format!("{lines}\n[component.inner]"), 1);
    let ours =
        with("[component.things.tool]\nother = { a = 1 }\ninsula = { embedded_source = \"embedded.wasm\" }");

    assert_eq!(parse(&ours).unwrap().components["things"].source, Path::new("/app/embedded.wasm"));
    let others = with("[component.things.tool.other]\nembedded_source = \"embedded.wasm\"");
    assert_eq!(parse(&others).unwrap().components["things"].source, Path::new("/app/target/things.wasm"));
    let unknown = with("[component.things.tool.insula]\nembedded_sauce = \"embedded.wasm\"");
    assert_eq!(refused(&unknown).0, line_of(&unknown, "embedded_sauce"));
}

#[test]
fn an_unknown_key_is_refused_by_name_and_line() {
    for (after, key) in [
        ("[application]", "colour = 1"),
        ("[component.things]", "sqlite_database = []"),
        ("route = \"/api/v1/things/...\"", "rout = \"/x\""),
    ] {
        let text = GOOD.replacen(after, &format!("{after}\n{key}"), 1);
        let name = key.split(' ').next().unwrap();

        let (line, refusal) = refused(&text);

        assert_eq!(line, line_of(&text, key), "{refusal}");
        assert!(matches!(&refusal, Refusal::UnknownKey { key, .. } if key == name), "{refusal}");
    }
}

#[test]
fn what_spin_has_and_this_host_has_not_is_refused_with_advice() {
    for (after, addition) in [
        ("[component.things]", "files = [\"a.txt\"]"),
        ("[component.things]", "ai_models = [\"llama2-chat\"]"),
        ("[component.things]", "profile.debug.source = \"x.wasm\""),
        ("route = \"/api/v1/things/...\"", "executor = { type = \"wagi\" }"),
        ("route = \"/api/v1/things/...\"", "static_response = { status_code = 200 }"),
        ("[component.things.dependencies]", "\"other:thing\" = \">= 1.0.0\""),
        ("[component.things.dependencies]", "\"other:thing\" = { version = \"1.0.0\" }"),
    ] {
        let text = GOOD.replacen(after, &format!("{after}\n{addition}"), 1);

        let (line, refusal) = refused(&text);

        assert_eq!(line, line_of(&text, addition), "{refusal}");
        assert!(matches!(refusal, Refusal::NotImplemented { .. }), "{refusal}");
    }
}

#[test]
fn names_must_exist() {
    for (from, to) in [
        ("component = \"things\"", "component = \"nothing\""),
        ("{ component = \"gateway\", inherit_configuration = true }", "{ component = \"nothing\" }"),
        ("\"{{ signing_key }}\"", "\"{{ signing_kye }}\""),
        ("[\"variables\"] }]", "[\"variable\"] }]"),
    ] {
        let text = GOOD.replacen(from, to, 1);

        let (line, refusal) = refused(&text);

        assert_eq!(line, line_of(&text, to), "{refusal}");
        assert!(matches!(refusal, Refusal::Invalid { .. }), "{refusal}");
    }
}

#[test]
fn a_route_can_be_taken_once_only() {
    let text = format!("{GOOD}\n[[trigger.http]]\nroute = \"/api/v1/things/*\"\ncomponent = \"inner\"\n");

    let (_, refusal) = refused(&text);

    assert!(refusal.to_string().contains("already routed on line 12"), "{refusal}");
}

#[test]
fn labels_cannot_name_files_elsewhere() {
    let text = GOOD.replacen("[\"default\"]", "[\"../secrets\"]", 1);

    let (line, refusal) = refused(&text);

    assert_eq!(line, line_of(&text, "../secrets"));
    assert!(refusal.to_string().contains("not a label"), "{refusal}");
}

#[test]
fn bad_toml_says_where() {
    let (line, refusal) = refused("spin_manifest_version = 2\n[application\n");

    assert_eq!(line, 2);
    assert!(matches!(refusal, Refusal::Syntax(_)));
}

#[test]
fn a_package_name_matches_all_its_interfaces_and_a_version_only_its_own() {
    let matches = |name: &str, import: &str| ImportName::parse(name).unwrap().matches(import);

    assert!(matches("insula:access", "insula:access/guard@1.0.0"));
    assert!(matches("insula:access@1.0.0", "insula:access/guard@1.0.0"));
    assert!(matches("insula:access/guard", "insula:access/guard@1.0.0"));
    assert!(!matches("insula:access/guard@1.0.1", "insula:access/guard@1.0.0"));
    assert!(!matches("insula:access/guard", "insula:access/types@1.0.0"));
    assert!(!matches("insula:acces", "insula:access/guard@1.0.0"));
    assert!(ImportName::parse("insula:").is_none());
}
