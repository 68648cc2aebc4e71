//! Every route that changes something leaves an entry in the audit log, or stands here with the reason why not. A route
//! nobody thought of fails.

use insula_kit::route::{Access, Method, Route};
use insula_tests::routes::groups;
use insula_tests::support::{App, Request};

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
    ("sign_audit_logs", "signs what is there, by schedule; an entry would be one more to sign, for ever"),
    ("tick", "removes what is over, and delivers; nobody decides anything"),
    ("migrate", "the log of migrations is its record"),
];

/// What the world of the matrix can't do well, and the test that shows it.
const ELSEWHERE: &[(&str, &str)] = &[
    ("confirm_totp", "a_second_factor_that_comes_and_goes_is_in_the_log"),
    ("renew_recovery_codes", "a_second_factor_that_comes_and_goes_is_in_the_log"),
    ("remove_totp", "a_second_factor_that_comes_and_goes_is_in_the_log"),
    ("report_leaked_api_keys", "a_key_that_was_found_in_public_is_in_its_tenants_log"),
    ("rewrap_keys", "with_another_master_key_everything_opens_and_nothing_needs_the_old_one_in_the_end"),
    ("rotate_signing_keys", "keys_that_sign_from_now_on_are_in_the_log"),
];

/// Whether the world of the matrix can do it well, and it leaves an entry.
pub fn is_recorded_here(id: &str) -> bool {
    !UNRECORDED.iter().chain(ELSEWHERE).any(|(other, _)| *other == id)
}

/// A request of who may make it, in a world in which it does what it asks for.
pub fn good<'a>(app: &'a App, ada: &Side<'a>, route: &Route<()>) -> Request<'a> {
    ada.renew(app);
    if route.doc.id == "activate_tenant" {
        app.db().execute("update tenant set state = 'suspended', state_by = 'member'");
    }
    let is_operators = route.access == Access::Operator;
    let caller = if is_operators { app.operator() } else { ada.owner.caller.clone() };
    let path = path(route, |name| ada.id(name).to_owned());
    request(app, route, &path, Some(&caller))
}

#[test]
fn every_route_that_changes_something_leaves_an_entry() {
    let app = App::start().without_limits();
    let ada = Side::new(&app, "ada");
    let count = || app.db().number("select count(*) from audit_entry");
    let mut named = Vec::new();
    for group in groups() {
        for route in group.routes.iter().filter(|route| route.method != Method::Get) {
            let id = route.doc.id;
            if !is_recorded_here(id) {
                named.push(id);
                continue;
            }
            let asked = good(&app, &ada, route);
            let before = count();
            let answer = asked.send();
            assert!((200..300).contains(&answer.status), "{id} did nothing: {answer}");
            assert!(count() > before, "{id} left no entry");
        }
    }
    assert_eq!(named.len(), UNRECORDED.len() + ELSEWHERE.len(), "an excuse is for no route: {named:?}");
}

/// Whether the operator may read there what is a tenant's.
fn is_read_by_the_operator(route: &Route<()>) -> bool {
    let access = matches!(
        route.access,
        Access::MemberOfPath
            | Access::PersonOrOperator
            | Access::PersonWithOrOperator(_)
            | Access::PermissionOrOperator(_)
            | Access::InAnyState(_)
    );
    route.method == Method::Get && access
}

#[test]
fn every_route_that_the_operator_reads_of_a_tenant_leaves_an_entry_in_its_log() {
    let app = App::start().without_limits();
    let ada = Side::new(&app, "ada");
    let mut read = 0;
    for group in groups() {
        for route in group.routes.iter().filter(|route| is_read_by_the_operator(route)) {
            let path = path(route, |name| ada.id(name).to_owned());
            let log = if path.contains(&ada.owner.tenant_id) { &*ada.owner.tenant_id } else { "platform" };
            let count = || {
                app.db().number(&format!(
                    "select count(*) from audit_entry where action = 'operator.read' and tenant_id = '{log}'"
                ))
            };
            let before = count();
            let answer = request(&app, route, &path, Some(&app.operator())).send();
            let noted = count() - before;
            assert_eq!(noted, i64::from(answer.status < 300), "{}: {answer}", route.doc.id);
            read += usize::from(answer.status < 300);
        }
    }
    assert!(read >= 6, "the operator read only {read}");
}

#[test]
fn every_route_that_refuses_a_member_leaves_an_entry() {
    let app = App::start().without_limits();
    let ada = Side::new(&app, "ada");
    let mut refused = 0;
    for group in groups() {
        for route in &group.routes {
            let count =
                || app.db().number("select count(*) from audit_entry where action = 'permission.refused'");
            ada.renew(&app);
            let before = count();
            let path = path(route, |name| ada.id(name).to_owned());
            let answer = request(&app, route, &path, Some(&ada.member.caller)).send();
            let is_refused = answer.status == 403 && answer.json()["type"] == "/problems/forbidden";
            assert_eq!(count() - before, i64::from(is_refused), "{}: {answer}", route.doc.id);
            refused += usize::from(is_refused);
        }
    }
    assert!(refused >= 10, "only {refused} were refused");
}

#[test]
fn every_test_that_is_named_elsewhere_is_there() {
    let folders = ["tests/audit", "tests/secrets"].map(|name| insula_tests::support::repository().join(name));
    let files = folders.iter().flat_map(|folder| std::fs::read_dir(folder).unwrap());
    let files = files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
    let all: String = files.collect();
    for (route, test) in ELSEWHERE {
        assert!(all.contains(&format!("fn {test}()")), "{route}: {test}");
    }
}
