//! Paths that no operation has.

use std::collections::BTreeSet;

use insula_tests::support::App;

#[test]
fn an_unknown_path_is_not_found_and_nothing_internal_is_told() {
    let app = App::start();
    let ada = app.person("ada");
    for path in [
        "/",
        "/some-4711-path",
        "/api",
        "/api/v1",
        "/api/v1/4711",
        "/api/v1/auth",
        "/api/v1/auth/4711",
        "/api/v1/tenants/ten_01h455vb4pex5vsknk084sn02q/4711",
        "/api/v1/api-keys/",
        "/api/v1/usage/4711",
        "/api/v1/analyze/4711",
        "/api/v1/reports/a/4711",
        "/.well-known/4711",
        "/internal",
        "/internal/4711",
        "/health/4711",
        "/problems/a/4711",
        "/openapi.json/4711",
        "/..%2f..%2fetc/4711",
        "//4711",
        "/%00",
        "/metrics?token=4711",
    ] {
        for request in
            [app.request("GET", path), app.request("POST", path), ada.get(path), app.operator().get(path)]
        {
            let answer = request.header("x-request-id", "same").send();
            let problem = answer.problem(404, "not-found");
            let members: BTreeSet<&str> = problem.as_object().unwrap().keys().map(String::as_str).collect();
            assert_eq!(members, BTreeSet::from(["instance", "status", "title", "type"]), "{answer}");
            assert_eq!(problem["instance"], "urn:insula:request:same");
            assert!(!answer.text().contains("4711"), "{answer}");
            for header in ["server", "x-powered-by", "set-cookie"] {
                assert_eq!(answer.header(header), "", "{answer}");
            }
        }
    }
}

#[test]
fn unknown_paths_of_all_components_are_answered_alike() {
    let app = App::start();
    let get = |path: &str| {
        let answer = app.request("GET", path).header("x-request-id", "same").send();
        let mut names: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
        names.sort();
        (answer.status, names, answer.body)
    };
    let expected = get("/nothing-here");
    for path in [
        "/api/v1/auth/nothing",
        "/api/v1/tenants/a/b",
        "/api/v1/api-keys/a/b",
        "/api/v1/usage/a",
        "/api/v1/reports/a/b",
    ] {
        assert_eq!(get(path), expected, "{path}");
    }
}

/// Whoever stands in front may choose by one and this server by the other (RFC 9112, 3.2).
#[test]
fn two_hosts_are_a_bad_request() {
    let app = App::start();
    let answer = app.request("GET", "/health/live").header("host", "other.example").send();
    answer.problem(400, "bad-request");
}
