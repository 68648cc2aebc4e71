//! Every answer that has a tag: who has that version already is told so and nothing else, and who has another one is not.

use insula_kit::route::Method;
use insula_tests::routes::groups;
use insula_tests::support::App;

use super::good::good;
use super::samples::{path, request};
use super::world::Side;

#[test]
fn every_answer_with_a_tag_is_304_for_who_has_that_version_and_whole_for_who_has_another() {
    let app = App::start().without_limits();
    let ada = Side::new(&app, "ada");
    let mut tagged = Vec::new();
    for route in groups().iter().flat_map(|group| &group.routes) {
        if route.method != Method::Get {
            continue;
        }
        let first = good(&app, &ada, route).send();
        let tag = first.header("etag").to_owned();
        if tag.is_empty() {
            // What isn't tagged is whole, whatever somebody says to have.
            assert_eq!(good(&app, &ada, route).header("if-none-match", "*").send().status, first.status);
            continue;
        }
        let ask = |known: &str| good(&app, &ada, route).header("if-none-match", known).send();
        for known in [tag.clone(), format!("\"other\", {tag}"), format!("W/{tag}"), "*".to_owned()] {
            let answer = ask(&known);
            assert_eq!((answer.status, answer.body.len()), (304, 0), "{known}: {answer}");
            assert_eq!(answer.header("etag"), tag, "{answer}");
        }
        for other in ["\"other\"", "W/\"other\"", ""] {
            let answer = ask(other);
            assert_eq!((answer.status, &answer.body), (first.status, &first.body), "{other}: {answer}");
        }
        // Whom the route doesn't let in learns nothing from a tag that is right.
        if route.access != insula_kit::route::Access::Public {
            let path = path(route, |name| ada.id(name).to_owned());
            let stranger = request(&app, route, &path, None).header("if-none-match", &tag).send();
            assert_eq!(stranger.status, 401, "{stranger}");
        }
        tagged.push(route.doc.id);
    }
    assert!(tagged.len() >= 6, "{tagged:?}");
}
