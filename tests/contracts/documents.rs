//! The written documents are those that the code gives.

use insula_tests::support::App;

#[test]
fn the_served_document_describes_every_route() {
    let app = App::start();
    let document = app.request("GET", "/openapi.json").send().expect(200).json();
    for group in insula_tests::routes::groups() {
        for route in group.routes {
            let operation = &document["paths"][route.path][route.method.as_str().to_lowercase()];
            assert_eq!(operation["operationId"], route.doc.id, "{} {}", route.method.as_str(), route.path);
        }
    }
}

#[test]
fn the_type_of_every_problem_resolves_to_a_page() {
    let app = App::start();
    for slug in insula_tests::docs::problems::slugs() {
        let page =
            app.request("GET", &format!("/problems/{slug}")).header("accept", "text/html").send().expect(200);
        assert!(page.header("content-type").starts_with("text/html"), "{page}");
    }
}
