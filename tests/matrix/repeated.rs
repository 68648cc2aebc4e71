//! Every route that creates something, sent twice with one `Idempotency-Key`: it is done once, and answered twice.

use insula_kit::route::{Access, Method, Route};
use insula_tests::routes::groups;
use insula_tests::support::{App, Caller, Form, Request};

use super::samples::{json_body, path, request};
use super::world::Side;

/// Every `POST` that takes no `Idempotency-Key`, and why it can be sent again without harm.
const REPEATABLE: [(&str, &str); 24] = [
    ("activate_tenant", "no transition leads from a state to itself"),
    ("change_password", "the current password is another one by then"),
    ("confirm_totp", "a code counts once"),
    ("forgot_password", "whoever has the address is mailed once in a while, however often this is asked"),
    ("login", "a session that nobody holds ends by itself"),
    ("logout", "an ended session stays ended"),
    ("make_audit_checkpoint", "a later head covers what an earlier one does"),
    ("migrate", "what is done is not done again"),
    ("refresh", "whoever lost the answer may have lost it to somebody: it logs in again"),
    ("renew_recovery_codes", "a code counts once"),
    ("report_leaked_api_keys", "what is revoked stays so"),
    ("reset_password", "a mailed token counts once"),
    ("rewrap_keys", "what is done is not done again"),
    ("rotate_signing_keys", "the next key is made once; a key that was withdrawn is none to go back to"),
    ("send_verification", "the person is mailed once in a while, however often this is asked"),
    ("sign_audit_logs", "the same log has the same head"),
    ("start_impersonation", "as a login, and the tenant sees it and can end it"),
    ("start_totp", "nothing is begun but one secret, which the next call replaces"),
    ("suspend_tenant", "no transition leads from a state to itself"),
    ("switch_tenant", "as a login"),
    ("tick", "what is due is done once"),
    ("verify_api_key", "it changes nothing"),
    ("verify_audit_log", "it changes nothing but that it was done is told again"),
    ("verify_email", "a verified address stays so"),
];

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

#[test]
fn every_post_takes_a_key_or_stands_here_with_why_it_needs_none() {
    let groups = groups();
    let posts = groups.iter().flat_map(|group| &group.routes).filter(|route| route.method == Method::Post);
    let mut keyless: Vec<&str> = posts.filter(|route| !route.creates).map(|route| route.doc.id).collect();
    keyless.sort_unstable();
    assert_eq!(keyless, REPEATABLE.map(|(id, _)| id));
}
