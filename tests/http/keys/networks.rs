//! Keys that may be used from some networks only.

use insula_host::Settings;
use insula_tests::support::{App, Options, program_of, repository};
use serde_json::json;

use super::{create, key_with, patch};

/// Protects the tenant from whoever stole the key: it is worth nothing elsewhere, and doesn't even show that it exists.
#[test]
fn from_elsewhere_a_key_is_answered_as_one_that_nobody_has() {
    let app = App::start();
    let ada = app.person("ada");
    let body =
        json!({ "name": "x", "scopes": ["read"], "allowed_networks": ["192.0.2.0/24", "2001:db8::/32"] });
    let (path, _, key) = key_with(&app, &ada, body);
    let unknown = app.caller(&insula_domain::credential::api_key(true, &"0".repeat(26), &"A".repeat(43)));
    let call = |key: &insula_tests::support::Caller<'_>, from: &str| {
        key.get("/api/v1/reports").from_address(from).header("x-request-id", "same").send()
    };
    let expected = call(&unknown, "127.0.0.1");
    expected.problem(401, "unauthenticated");

    for outside in ["127.0.0.1", "192.0.3.1", "::ffff:192.0.3.1", "::192.0.2.1", "2001:db9::1", "::1"] {
        let answer = call(&key, outside);
        assert_eq!((answer.status, &answer.body), (401, &expected.body), "{outside}");
        assert_eq!(answer.headers.len(), expected.headers.len(), "{answer}");
    }
    assert_eq!(app.db().number("select count(*) from usage_counter"), 0);
    assert!(ada.get(&path).send().expect(200).json()["last_used_at"].is_null());

    for inside in ["192.0.2.1", "::ffff:192.0.2.255", "2001:db8::1"] {
        let _ = call(&key, inside).expect(200);
    }
    let _ = patch(&ada, &path, &json!({ "allowed_networks": ["127.0.0.1"] })).expect(200);
    let _ = call(&key, "127.0.0.1").expect(200);
    call(&key, "192.0.2.1").problem(401, "unauthenticated");
}

/// Protects from clients that write the header which proxies write.
#[test]
fn what_a_client_says_of_its_address_is_not_believed() {
    let app = App::start();
    let ada = app.person("ada");
    let body = json!({ "name": "x", "scopes": ["read"], "allowed_networks": ["192.0.2.0/24"] });
    let (_, _, key) = key_with(&app, &ada, body);
    for (name, value) in [
        ("x-forwarded-for", "192.0.2.1"),
        ("x-forwarded-for", "192.0.2.1, 192.0.2.2"),
        ("x-real-ip", "192.0.2.1"),
        ("forwarded", "for=192.0.2.1"),
        ("spin-client-addr", "192.0.2.1:1"),
    ] {
        key.get("/api/v1/reports").header(name, value).send().problem(401, "unauthenticated");
    }
}

#[test]
fn behind_a_proxy_the_address_is_what_the_proxy_says() {
    fn behind_one_proxy(settings: &mut Settings) {
        settings.variables.insert("trusted_proxies".to_owned(), "1".to_owned());
    }
    let app = App::with(Options { settings: behind_one_proxy, ..Options::default() });
    let ada = app.person("ada");
    let body = json!({ "name": "x", "scopes": ["read"], "allowed_networks": ["192.0.2.0/24"] });
    let (_, _, key) = key_with(&app, &ada, body);
    let call = |forwarded: &str| key.get("/api/v1/reports").header("x-forwarded-for", forwarded).send();
    let _ = call("10.0.0.1, 192.0.2.1").expect(200);
    call("192.0.2.1, 10.0.0.1").problem(401, "unauthenticated");
}

/// Where no host refuses to start, as Spin doesn't, the first request says it: a guess could open a door.
#[test]
fn a_component_that_cannot_read_how_many_proxies_there_are_serves_nobody_and_the_log_says_why() {
    let manifest = std::fs::read_to_string(repository().join("spin.toml")).unwrap();
    let manifest = manifest.replace("\"{{ trusted_proxies }}\"", "\"300\"");
    let app =
        App::with(Options { program: Some(program_of(&manifest)), contract: false, ..Options::default() });
    for path in ["/problems", "/api/v1/reports"] {
        let problem = app.request("GET", path).send().problem(500, "internal");
        assert!(!problem.to_string().contains("proxies"), "{problem}");
    }
    let said = "the variable `trusted_proxies` cannot be read: write a whole number from 0";
    assert!(app.log().iter().any(|line| line.contains(said)), "{:?}", app.log());
}

#[test]
fn networks_are_shown_in_canonical_form_and_bounded() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let with = |networks: serde_json::Value| {
        create(&ada, &json!({ "name": "x", "scopes": ["read"], "allowed_networks": networks }))
    };
    let shown =
        with(json!(["10.9.9.9/8", "::ffff:192.0.2.9", "2001:DB8::1", "10.0.0.0/8"])).expect(201).json();
    assert_eq!(shown["allowed_networks"], json!(["10.0.0.0/8", "192.0.2.9/32", "2001:db8::1/128"]));
    let many: Vec<String> = (0..33).map(|number| format!("10.0.{number}.0/24")).collect();
    let _ = with(json!(many[..32])).expect(201);
    with(json!(many)).invalid("/allowed_networks", "length");
    with(json!([])).invalid("/allowed_networks", "length");
    for wrong in ["", "10.0.0.0/33", "example.org", "10.0.0.0/8; drop table api_key", "0/0"] {
        with(json!(["::1", wrong])).invalid("/allowed_networks/1", "network");
    }
}
