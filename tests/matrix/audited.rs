//! Every route that changes something leaves an entry in the audit log, or stands here with the reason why not. A route
//! nobody thought of fails.

use insula_kit::route::{Access, Method};
use insula_tests::routes::groups;
use insula_tests::support::App;

use super::samples::{path, request};
use super::world::Side;

/// What is in no log, and why.
const UNRECORDED: &[(&str, &str)] = &[
    (
        "refresh",
        "goes on with a session whose beginning is recorded; a token that comes twice is, see tests/audit",
    ),
    (
        "forgot_password",
        "changes nothing but what is mailed, and must not tell whether anybody has the address",
    ),
    ("send_verification", "changes nothing but what is mailed, to the person who asks"),
    ("verify_api_key", "reads"),
    ("tick", "removes what is over, and delivers; nobody decides anything"),
    ("migrate", "the log of migrations is its record"),
];

/// What the world of the matrix can't do well, and the test that shows it.
const ELSEWHERE: &[(&str, &str)] = &[
    ("confirm_totp", "a_second_factor_that_comes_and_goes_is_in_the_log"),
    ("renew_recovery_codes", "a_second_factor_that_comes_and_goes_is_in_the_log"),
    ("remove_totp", "a_second_factor_that_comes_and_goes_is_in_the_log"),
    ("report_leaked_api_keys", "a_key_that_was_found_in_public_is_in_its_tenants_log"),
    ("rotate_signing_keys", "keys_that_sign_from_now_on_are_in_the_log"),
];

#[test]
fn every_route_that_changes_something_leaves_an_entry() {
    let app = App::start().without_limits();
    let ada = Side::new(&app, "ada");
    let count = || app.db().number("select count(*) from audit_entry");
    let mut named = Vec::new();
    for group in groups() {
        for route in group.routes.iter().filter(|route| route.method != Method::Get) {
            let id = route.doc.id;
            if UNRECORDED.iter().chain(ELSEWHERE).any(|(other, _)| *other == id) {
                named.push(id);
                continue;
            }
            ada.renew(&app);
            if id == "activate_tenant" {
                app.db().execute("update tenant set state = 'suspended', state_by = 'member'");
            }
            let is_operators = route.access == Access::Operator;
            let caller = if is_operators { app.operator() } else { ada.owner.caller.clone() };
            let before = count();
            let path = path(route, |name| ada.id(name).to_owned());
            let answer = request(&app, route, &path, Some(&caller)).send();
            assert!((200..300).contains(&answer.status), "{id} did nothing: {answer}");
            assert!(count() > before, "{id} left no entry");
        }
    }
    assert_eq!(named.len(), UNRECORDED.len() + ELSEWHERE.len(), "an excuse is for no route: {named:?}");
}

#[test]
fn every_test_that_is_named_elsewhere_is_there() {
    let folder = insula_tests::support::repository().join("tests/audit");
    let files =
        std::fs::read_dir(folder).unwrap().map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
    let all: String = files.collect();
    for (route, test) in ELSEWHERE {
        assert!(all.contains(&format!("fn {test}()")), "{route}: {test}");
    }
}
