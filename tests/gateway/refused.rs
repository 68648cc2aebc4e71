//! Who doesn't get through to the workload.

use insula_tests::support::{Answer, App, Options, program_of};

use super::{app, app_saying, manifest, of};

#[test]
fn without_a_credential_nobody_reaches_it() {
    let app = app();
    for credential in ["", "nonsense", "ins_live_x_y_z"] {
        let refused = app.request("GET", "/workload/told").bearer(credential).send();
        refused.problem(401, "unauthenticated");
        assert_eq!(refused.header("www-authenticate"), "Bearer realm=\"insula\"");
        assert_eq!(refused.header("x-content-type-options"), "nosniff");
        assert_eq!(refused.header("cache-control"), "no-store");
    }
    app.request("POST", "/workload/length").body("text/plain", "body").send().problem(401, "unauthenticated");
    app.operator().get("/workload/told").send().problem(403, "forbidden");
}

/// Protects every tenant: the workload believes what it is told, so there is no way around who tells it.
#[test]
fn another_component_reaches_it_through_the_gateway_too() {
    let asking = r#"
[[trigger.http]]
route = "/asking/..."
component = "asking"

[component.asking]
source = "target/components/guest-asking.wasm"
allowed_outbound_hosts = ["http://workload.spin.internal"]
"#;
    let app = of(&(manifest() + asking));
    let answer = app.request("GET", "/asking/fetch?http://workload.spin.internal/told").send().expect(200);
    assert!(
        answer.text().starts_with("401 ") && answer.text().contains("/problems/unauthenticated"),
        "{answer}"
    );
}

#[test]
fn who_lacks_the_permission_is_refused() {
    let app = app();
    let ada = app.person("ada");
    let refused = [app.member(&ada, "viewer").caller.clone(), ada.key(&["read"])];
    for caller in refused.iter().cycle().take(4) {
        caller.get("/workload/told").send().problem(403, "forbidden");
    }
    let noted = format!(
        "select count(*) from audit_entry where action = 'permission.refused' and tenant_id = '{}'",
        ada.tenant_id
    );
    assert_eq!(app.db().number(&noted), 2, "each is told of once");
    let _ = app.member(&ada, "analyst").get("/workload/told").send().expect(200);
}

#[test]
fn the_manifest_says_which_permission_it_takes_and_whether_a_call_counts() {
    let app = app_saying("gateway_permission = \"view_reports\"\ngateway_metered = \"false\"");
    let ada = app.person("ada");
    let _ = app.member(&ada, "viewer").get("/workload/told").send().expect(200);
    assert_eq!(app.db().number("select count(*) from usage_counter"), 0);
}

/// Protects every tenant: a slip of the pen in the manifest must not open the door.
#[test]
fn a_permission_that_does_not_exist_lets_nobody_in_and_is_named_in_the_log() {
    let app = app_saying("gateway_permission = \"analyse\"");
    let ada = app.person("ada");
    ada.get("/workload/told").send().problem(500, "internal");
    assert!(app.log().iter().any(|line| line.contains("gateway_permission")), "{:?}", app.log());
}

fn limits(answer: &Answer) -> (String, String) {
    (answer.header("ratelimit-policy").to_owned(), answer.header("ratelimit").to_owned())
}

#[test]
fn an_admitted_answer_tells_what_is_left_and_the_last_call_is_the_last() {
    let app = app();
    let ada = app.person("ada");
    let key = ada.key(&["analyze"]);

    let first = key.get("/workload/told").header("x-request-id", "mine-2").send().expect(200);

    let (policy, state) = limits(&first);
    assert!(policy.contains("\"rate\";q=20") && policy.contains("\"api_calls\";q=100"), "{policy}");
    assert!(state.contains("\"rate\";r=19") && state.contains("\"api_calls\";r=99"), "{state}");
    assert_eq!(first.header("x-request-id"), "mine-2");
    for _ in 1..20 {
        let _ = key.get("/workload/missing").send().expect(404);
    }
    let refused = key.get("/workload/told").send();
    refused.problem(429, "rate-limited");
    assert!(refused.header("retry-after").parse::<u32>().unwrap() >= 1, "{refused}");
    assert!(limits(&refused).1.contains("\"rate\";r=0"), "{refused}");
    assert_eq!(app.db().number("select used from usage_counter where metric = 'api_calls'"), 20);
}

#[test]
fn a_used_up_quota_is_a_429_of_its_own() {
    let app = app();
    let ada = app.person("ada");
    app.db().execute("update plan_quota set quota = 1 where metric = 'api_calls'");
    let _ = ada.get("/workload/told").send().expect(200);
    ada.get("/workload/told").send().problem(429, "quota-exceeded");
}

#[test]
fn a_tenant_that_is_suspended_is_refused() {
    let app = app();
    let ada = app.person("ada");
    app.db().execute("update tenant set state = 'suspended'");
    ada.get("/workload/told").send().problem(403, "tenant-suspended");
}

#[test]
fn a_workload_that_fails_is_a_500_that_keeps_its_words_inside_and_tells_the_limits() {
    let app = app();
    let ada = app.person("ada");

    let failed = ada.get("/workload/silent").send();

    failed.problem(500, "internal");
    assert!(!failed.text().contains("secret words"), "{failed}");
    assert!(!failed.header("ratelimit").is_empty(), "{failed}");
    assert!(app.log().iter().any(|line| line.contains("secret words")), "the log has the reason");
    ada.get("/workload/panic").send().problem(500, "internal");
    let _ = ada.get("/workload/told").send().expect(200);
}

#[test]
fn a_refusal_of_the_workloads_own_passes() {
    let app = app();
    let ada = app.person("ada");
    let answer = ada.get("/workload/missing").send().expect(404);
    assert_eq!(answer.text(), "no such thing");
}

#[test]
fn an_old_schema_is_said_to_be_one() {
    let program = Some(program_of(&manifest()));
    let app = App::with(Options { program, migrated: false, contract: false, ..Options::default() });
    app.caller("token").get("/workload/told").send().problem(503, "not-migrated");
}
