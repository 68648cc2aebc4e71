//! What the workload is told of a call.

use insula_tests::support::Caller;
use serde_json::Value;

use super::{app, app_saying};

/// The values of a header that the workload got.
fn got(told: &Value, name: &str) -> Vec<String> {
    let all = told["headers"].as_array().unwrap();
    let named = all.iter().filter(|pair| pair[0].as_str().unwrap().eq_ignore_ascii_case(name));
    named.map(|pair| pair[1].as_str().unwrap().to_owned()).collect()
}

fn told(caller: &Caller<'_>, headers: &[(&str, &str)]) -> Value {
    let mut request = caller.get("/workload/told?a=b%20c");
    for (name, value) in headers {
        request = request.header(name, value);
    }
    request.send().expect(200).json()
}

#[test]
fn a_person_is_named_with_its_tenant_role_permissions_and_scopes() {
    let app = app();
    let ada = app.person("ada");
    let analyst = app.member(&ada, "analyst");

    let told = told(&analyst, &[("x-request-id", "mine-1")]);

    assert_eq!(got(&told, "insula-tenant"), [ada.tenant_id.as_str()]);
    assert_eq!(got(&told, "insula-subject"), [analyst.user_id.as_str()]);
    assert_eq!(got(&told, "insula-role"), ["analyst"]);
    let permissions = got(&told, "insula-permissions").concat();
    assert_eq!(got(&told, "insula-scopes"), ["read write generate analyze fix query"]);
    assert!(permissions.split(' ').any(|permission| permission == "analyze"), "{permissions}");
    assert!(!permissions.contains("manage_keys"), "{permissions}");
    assert_eq!(got(&told, "insula-request-id"), ["mine-1"]);
    assert_eq!((&told["method"], &told["path"]), (&"get".into(), &"/workload/told?a=b%20c".into()));
    assert_eq!(told["authority"], "localhost");
}

#[test]
fn a_key_is_named_by_its_id_and_brings_its_scopes() {
    let app = app();
    let ada = app.person("ada");
    let key = ada.key(&["analyze"]);

    let told = told(&key, &[]);

    let subject = got(&told, "insula-subject").concat();
    assert_eq!(app.db().number(&format!("select count(*) from api_key where id = '{subject}'")), 1);
    let permissions = got(&told, "insula-permissions").concat();
    assert_eq!(got(&told, "insula-scopes"), ["analyze"]);
    assert!(permissions.contains("analyze") && !permissions.contains("manage"), "{permissions}");
}

/// Protects people from being taken for the operator: the workload can tell, and the tenant's log has each call.
#[test]
fn the_operator_who_acts_as_a_person_is_told_apart_and_noted() {
    let app = app();
    let ada = app.person("ada");
    let acting = app.impersonate(&ada);

    let there = told(&acting, &[]);
    assert_eq!(got(&there, "insula-subject"), [ada.user_id.as_str()]);
    assert_eq!(got(&there, "insula-act"), ["operator"]);
    assert_eq!(got(&told(&ada, &[("insula-act", "operator")]), "insula-act"), Vec::<String>::new());
    let _ = acting.post("/workload/told", &serde_json::json!({})).send().expect(200);

    let rows = app.db().rows(
        "select action, entry from audit_entry where action in ('operator.read', 'operator.acted') order by seq",
    );
    let actions: Vec<&str> = rows.iter().map(|row| row[0].as_str()).collect();
    assert_eq!(actions, ["operator.read", "operator.acted"]);
    assert!(
        rows.iter().all(|row| row[1].contains("/workload/told\"") && row[1].contains(&ada.user_id)),
        "{rows:?}"
    );
}

/// Protects every tenant: the workload believes these headers.
#[test]
fn what_a_caller_claims_to_be_never_arrives() {
    let app = app();
    let (ada, eve) = (app.person("ada"), app.person("eve"));
    let claims = [
        ("insula-tenant", &*ada.tenant_id),
        ("Insula-Tenant", &*ada.tenant_id),
        ("insula_tenant", &*ada.tenant_id),
        ("INSULA_SUBJECT", &*ada.user_id),
        ("insula.role", "owner"),
        ("insula-usage", "rows_analyzed=-5"),
        ("insula-new", "x"),
    ];

    let told = told(&eve, &claims);

    assert_eq!(got(&told, "insula-tenant"), [eve.tenant_id.as_str()]);
    let text = told.to_string();
    assert!(!text.contains(&ada.tenant_id) && !text.contains(&ada.user_id), "{text}");
    for name in ["insula_tenant", "insula_subject", "insula.role", "insula-usage", "insula-new"] {
        assert_eq!(got(&told, name), Vec::<String>::new(), "{name}");
    }
}

/// The rules and the log are of the method that the request has.
#[test]
fn another_method_that_a_header_names_never_arrives() {
    let app = app();
    let names = ["X-HTTP-Method-Override", "x-http-method", "X_METHOD_OVERRIDE"];
    let told = told(&app.person("ada"), &names.map(|name| (name, "DELETE")));
    for name in names {
        assert_eq!(got(&told, &name.to_lowercase()), Vec::<String>::new(), "{name}");
    }
    assert_eq!(told["method"], "get");
}

#[test]
fn the_credential_stays_at_the_gateway() {
    let app = app();
    let ada = app.person("ada");
    let key = ada.key(&["analyze"]);
    let by_header = app.request("GET", "/workload/told").header("x-api-key", &key.credential);

    for told in [told(&ada, &[]), by_header.send().expect(200).json()] {
        for name in ["authorization", "x-api-key"] {
            assert_eq!(got(&told, name), Vec::<String>::new(), "{name}");
        }
        assert!(!told.to_string().contains(&key.credential));
    }
}

#[test]
fn the_credential_goes_on_where_the_manifest_says_so() {
    let app = app_saying("gateway_forward_credentials = \"true\"");
    let ada = app.person("ada");
    assert_eq!(got(&told(&ada, &[]), "authorization"), [format!("Bearer {}", ada.credential)]);
}

#[test]
fn other_headers_arrive_as_they_were_sent() {
    let app = app();
    let ada = app.person("ada");
    let told = told(&ada, &[("accept", "a/b"), ("x-many", "1"), ("x-many", "2"), ("x-insula", "fine")]);
    assert_eq!(got(&told, "accept"), ["a/b"]);
    assert_eq!(got(&told, "x-many"), ["1", "2"]);
    assert_eq!(got(&told, "x-insula"), ["fine"]);
    assert_eq!(got(&told, "traceparent").len(), 1);
}

/// Headers that fill what a message may have must not push out who is calling.
#[test]
fn a_head_that_is_too_large_to_be_handed_on_is_refused_as_a_whole() {
    let app = app();
    let ada = app.person("ada");
    let mut refused = 0;
    for kib in [8, 120, 126, 127, 128, 140] {
        let answer = ada.get("/workload/told").header("x-large", &"x".repeat(kib << 10)).send();
        if answer.status == 200 {
            assert_eq!(got(&answer.json(), "insula-tenant"), [ada.tenant_id.as_str()], "{kib} KiB");
            assert_eq!(got(&answer.json(), "insula-subject"), [ada.user_id.as_str()], "{kib} KiB");
        } else {
            answer.problem(400, "malformed");
            refused += 1;
        }
    }
    assert!((1..6).contains(&refused), "{refused} of 6");
}
