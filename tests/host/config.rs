//! `wasi:config`: a component reads the values that the manifest gives it, and none of another's.
//!
//! Protects every secret of `spin.toml`: the key that signs tokens is a variable as any other.

use insula_tests::support::App;

/// One component under two names, each with values of its own.
const MANIFEST: &str = r#"
spin_manifest_version = 2

[application]
name = "asking"

[variables]
public_url = { required = true }
region = { default = "eu-north" }
signing_key = { required = true, secret = true }

[[trigger.http]]
route = "/billing/..."
component = "billing"

[[trigger.http]]
route = "/signing/..."
component = "signing"

[component.billing]
source = "target/components/guest-asking.wasm"

[component.billing.variables]
place = "{{ region }}-1"
home = "{{ public_url }}"

[component.signing]
source = "target/components/guest-asking.wasm"

[component.signing.variables]
place = "elsewhere"
key = "{{ signing_key }}"
"#;

fn app() -> App {
    App::of(MANIFEST)
}

fn read(app: &App, path: &str) -> String {
    app.request("GET", path).send().expect(200).text()
}

#[test]
fn a_component_reads_the_values_that_the_manifest_and_the_operator_give_it() {
    let app = app();
    assert_eq!(read(&app, "/billing/config/place"), "Some(\"eu-north-1\")");
    assert_eq!(read(&app, "/billing/config/home"), "Some(\"http://localhost\")");
    assert_eq!(read(&app, "/billing/config"), "home=http://localhost\nplace=eu-north-1\n");
}

#[test]
fn the_same_name_is_another_value_in_another_component() {
    let app = app();
    for _ in 0..3 {
        assert_eq!(read(&app, "/billing/config/place"), "Some(\"eu-north-1\")");
        assert_eq!(read(&app, "/signing/config/place"), "Some(\"elsewhere\")");
    }
    let key = app.host().settings().variables["signing_key"].clone();
    assert_eq!(read(&app, "/signing/config"), format!("key={key}\nplace=elsewhere\n"));
}

#[test]
fn what_was_not_given_to_a_component_is_not_there_for_it() {
    let app = app();
    // Another component's, the application's own by their names, and nobody's.
    for name in ["key", "signing_key", "region", "public_url", "nothing"] {
        assert_eq!(read(&app, &format!("/billing/config/{name}")), "None", "{name}");
    }
}
