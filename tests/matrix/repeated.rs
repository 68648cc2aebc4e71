//! Every route that creates something, sent twice with one `Idempotency-Key`: it is done once, and answered twice.

use insula_kit::route::{Access, Route};
use insula_tests::routes::groups;
use insula_tests::support::{App, Caller, Form, Request};

use super::samples::{json_body, path, request};
use super::world::Side;

/// The request with another body than the sample's.
fn another<'a>(app: &'a App, route: &Route<()>, path: &str, caller: &Caller<'a>) -> Request<'a> {
    let asked = caller.request(route.method.as_str(), path);
    let Some(mut body) = json_body(app, route.doc.id) else {
        return asked.form(&Form::file("another,file\n1,2\n"));
    };
    let (field, value) = [
        ("name", "Yet another".into()),
        ("email", "yet-another@example.com".into()),
        ("grace_period_hours", 2.into()),
        ("token", "ins_invite_yet-another".into()),
    ]
    .into_iter()
    .find(|(field, _)| body.get(field).is_some())
    .unwrap_or_else(|| panic!("nothing of `{}` to change: add a field", route.doc.id));
    body[field] = value;
    asked.json(&body)
}

#[test]
fn a_repeated_request_is_done_once_and_answered_as_the_first_time() {
    let app = App::start().without_limits();
    let ada = Side::new(&app, "ada");
    let mut tried = Vec::new();
    for route in groups().iter().flat_map(|group| &group.routes).filter(|route| route.creates) {
        let id = route.doc.id;
        ada.renew(&app);
        let caller = &ada.owner.caller;
        let path = path(route, |name| ada.id(name).to_owned());
        let keyed = || request(&app, route, &path, Some(caller)).header("idempotency-key", id);

        let first = keyed().send();
        assert!((200..300).contains(&first.status), "{id} did nothing: {first}");
        let again = keyed();
        let before = app.db().dump();
        let again = again.send();

        assert_eq!(app.db().dump(), before, "{id} was done twice");
        assert_eq!((again.status, &again.body), (first.status, &first.body), "{id}");
        assert_eq!(again.header("location"), first.header("location"), "{id}");
        let replayed = [&first, &again].map(|answer| answer.header("idempotency-replayed").to_owned());
        assert_eq!(replayed, ["", "true"], "{id}");
        // Nobody knows who a stranger is, so there the key belongs to the body.
        if route.access != Access::Public {
            let other = another(&app, route, &path, caller).header("idempotency-key", id);
            let before = app.db().dump();
            other.send().problem(422, "idempotency-key-reused");
            assert_eq!(app.db().dump(), before, "{id} did what another request asked for");
        }
        tried.push(id);
    }
    assert!(tried.len() >= 9, "only {tried:?}");
}
