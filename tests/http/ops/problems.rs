//! `GET /problems` and `GET /problems/{slug}`

use insula_tests::docs::problems::slugs;
use insula_tests::support::{Answer, App};

#[track_caller]
fn is_a_page(answer: &Answer) {
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8", "{answer}");
    let policy = answer.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{answer}");
    assert!(answer.text().starts_with("<!doctype html>") && !answer.text().contains("<script"), "{answer}");
    assert_eq!(answer.header("vary"), "accept");
}

#[test]
fn the_list_is_a_page_for_people_and_json_for_programs() {
    let app = App::start();
    let page = app.request("GET", "/problems").header("accept", "text/html,*/*;q=0.8").send().expect(200);
    is_a_page(&page);

    let json = app.request("GET", "/problems").header("accept", "application/json").send().expect(200);

    assert_eq!((json.header("content-type"), json.header("vary")), ("application/json", "accept"));
    let items = json.json()["items"].as_array().unwrap().clone();
    assert_eq!(items.len(), slugs().len());
    for slug in slugs() {
        assert!(items.iter().any(|item| item["slug"] == slug), "{slug}");
        assert!(page.text().contains(&format!("href=\"/problems/{slug}\"")), "{slug}");
    }
}

#[test]
fn each_kind_is_a_page_for_people_and_json_for_programs() {
    let app = App::start();
    for slug in slugs() {
        let path = format!("/problems/{slug}");
        let page = app.request("GET", &path).send().expect(200);
        is_a_page(&page);

        let kind = app.request("GET", &path).header("accept", "application/json").send().expect(200).json();

        assert_eq!((&kind["slug"], &kind["type"]), (&slug.into(), &path.clone().into()));
        let status = kind["status"].as_u64().unwrap();
        assert!((400..600).contains(&status), "{kind}");
        assert!(page.text().contains(&format!("Status {status}")), "{page}");
    }
}

#[test]
fn a_problem_that_a_client_meets_leads_to_its_page() {
    let app = App::start();
    let problem = app.request("GET", "/api/v1/usage").send().problem(401, "unauthenticated");

    let page = app.request("GET", problem["type"].as_str().unwrap()).send().expect(200);

    assert!(page.text().contains(problem["title"].as_str().unwrap()), "{page}");
}

#[test]
fn an_unknown_slug_is_not_found_and_not_repeated() {
    let app = App::start();
    for slug in ["no-such-problem", "INVALID", "%3Cscript%3E", "..%2fhealth", "invalid%00"] {
        for accept in ["text/html", "application/json"] {
            let answer = app.request("GET", &format!("/problems/{slug}")).header("accept", accept).send();
            answer.problem(404, "not-found");
            assert!(!answer.text().contains(slug) && !answer.text().contains("<script"), "{answer}");
        }
    }
}
