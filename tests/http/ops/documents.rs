//! `GET /openapi.json` and `GET /docs`

use insula_tests::routes::groups;
use insula_tests::support::App;

#[test]
fn the_document_is_openapi_3_1_and_open_to_everyone() {
    let app = App::start();

    let answer = app.request("GET", "/openapi.json").send().expect(200);

    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "public, max-age=300");
    let document = answer.json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."));
    let routes: usize = groups().iter().map(|group| group.routes.len()).sum();
    let operations: usize =
        document["paths"].as_object().unwrap().values().map(|item| item.as_object().unwrap().len()).sum();
    assert_eq!(operations, routes);
}

#[test]
fn who_has_this_version_already_gets_304() {
    let app = App::start();
    for path in ["/openapi.json", "/docs"] {
        let tag = app.request("GET", path).send().expect(200).header("etag").to_owned();
        assert!(tag.starts_with('"') && tag.len() > 2, "not a strong tag: {tag}");

        let again = app.request("GET", path).header("if-none-match", &tag).send().expect(304);

        assert!(again.body.is_empty(), "{again}");
        assert_eq!(
            (again.header("etag"), again.header("cache-control")),
            (tag.as_str(), "public, max-age=300")
        );
        let _ = app.request("GET", path).header("if-none-match", "\"other\"").send().expect(200);
    }
}

/// Whoever smuggles markup into the page must find that browsers run and load nothing.
#[test]
fn the_page_has_no_script_and_a_policy_that_lets_nothing_in() {
    let app = App::start();

    let page = app.request("GET", "/docs").send().expect(200);

    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert!(!policy.contains("unsafe") && policy.contains("frame-ancestors 'none'"), "{policy}");
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    let text = page.text();
    for forbidden in ["<script", "javascript:", " onclick=", " onload=", "src=\"http", "href=\"http"] {
        assert!(!text.contains(forbidden), "{forbidden}");
    }
    for group in groups() {
        for route in &group.routes {
            assert!(text.contains(route.path), "{}", route.doc.id);
        }
    }
}

#[test]
fn head_answers_with_the_same_headers_and_no_body() {
    let app = App::start();
    for path in ["/openapi.json", "/docs", "/problems", "/health"] {
        let get = app.request("GET", path).send().expect(200);

        let head = app.request("HEAD", path).send().expect(200);

        assert!(head.body.is_empty(), "{head}");
        for name in ["content-type", "content-length", "etag", "cache-control"] {
            assert_eq!(head.header(name), get.header(name), "{path} {name}");
        }
    }
}
