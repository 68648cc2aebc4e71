//! Every route that changes something leaves the entry that stands here, or stands here with the reason why not. A route
//! nobody thought of fails.

use std::path::PathBuf;

use insula_domain::action::Action;
use insula_kit::route::Method;
use insula_tests::routes::groups;
use insula_tests::support::{App, files, repository};

use super::good::good;
use super::samples::{path, request};
use super::world::Side;

/// What is in no log, and why.
const UNRECORDED: &[(&str, &str)] = &[
    ("verify_api_key", "reads"),
    ("sign_audit_logs", "signs what is there, by schedule; an entry would be one more to sign, for ever"),
    ("tick", "removes what is over, and delivers; nobody decides anything"),
    ("migrate", "the log of migrations is its record"),
];

/// What the world of the matrix can't do well, or leaves its entry later, and the test that shows it.
const ELSEWHERE: &[(&str, &str)] = &[
    ("forgot_password", "a_code_that_is_mailed_is_an_entry_and_nothing_else_that_was_asked_for_is"),
    ("rewrap_keys", "with_another_master_key_everything_opens_and_nothing_needs_the_old_one_in_the_end"),
];

/// Whose log an entry is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Log {
    /// That of the tenant of the world.
    Own,
    /// That of another tenant: the one that was made, or that has invited.
    Another,
    /// That of the platform: what is a person's own, or everybody's.
    Platform,
}

/// What each of the others leaves, and where.
const RECORDED: &[(&str, Log, &str)] = &[
    ("register", Log::Platform, "person.registered"),
    ("login", Log::Own, "session.started"),
    ("refresh", Log::Own, "session.refreshed"),
    ("logout", Log::Platform, "session.ended"),
    ("switch_tenant", Log::Own, "session.switched"),
    ("change_password", Log::Platform, "password.changed"),
    ("start_totp", Log::Platform, "second_factor.started"),
    ("confirm_totp", Log::Platform, "second_factor.confirmed"),
    ("remove_totp", Log::Platform, "second_factor.removed"),
    ("renew_recovery_codes", Log::Platform, "second_factor.codes_renewed"),
    ("verify_email", Log::Platform, "email.verified"),
    ("send_verification", Log::Platform, "email.verification_mailed"),
    ("reset_password", Log::Platform, "password.reset"),
    ("accept_invitation", Log::Another, "invitation.accepted"),
    ("rotate_signing_keys", Log::Platform, "signing_key.added"),
    ("start_impersonation", Log::Own, "operator.impersonated"),
    ("end_impersonation", Log::Own, "impersonation.ended"),
    ("create_tenant", Log::Another, "tenant.created"),
    ("update_tenant", Log::Own, "tenant.changed"),
    ("suspend_tenant", Log::Own, "tenant.suspended"),
    ("activate_tenant", Log::Own, "tenant.activated"),
    ("remove_tenant", Log::Own, "tenant.deprovisioning"),
    ("update_member", Log::Own, "member.role_changed"),
    ("remove_member", Log::Own, "member.removed"),
    ("update_tenant_security", Log::Own, "tenant.security_changed"),
    ("add_member", Log::Own, "invitation.created"),
    ("create_invitation", Log::Own, "invitation.created"),
    ("withdraw_invitation", Log::Own, "invitation.withdrawn"),
    ("set_tenant_limit", Log::Own, "limit.set"),
    ("delete_tenant_limit", Log::Own, "limit.cleared"),
    ("set_plan", Log::Platform, "plan.set"),
    ("create_workspace", Log::Another, "tenant.created"),
    ("create_api_key", Log::Own, "key.created"),
    ("update_api_key", Log::Own, "key.changed"),
    ("revoke_api_key", Log::Own, "key.revoked"),
    ("rotate_api_key", Log::Own, "key.rotated"),
    ("import_api_key", Log::Own, "key.imported"),
    ("report_leaked_api_keys", Log::Own, "key.leaked"),
    ("analyze", Log::Own, "report.created"),
    ("make_audit_checkpoint", Log::Own, "audit_log.signed"),
    ("verify_audit_log", Log::Own, "audit_log.verified"),
];

/// Whether the world of the matrix can do it well, and it leaves an entry.
pub fn is_recorded_here(id: &str) -> bool {
    !UNRECORDED.iter().chain(ELSEWHERE).any(|(other, _)| *other == id)
}

#[test]
fn every_route_that_changes_something_leaves_its_entry_in_the_log_where_it_belongs() {
    let app = App::start().without_limits();
    let ada = Side::new(&app, "ada");
    let entries = || app.db().rows("select tenant_id, seq, action from audit_entry order by tenant_id, seq");
    let log = |tenant: &str| match tenant {
        "platform" => Log::Platform,
        own if own == ada.owner.tenant_id => Log::Own,
        _ => Log::Another,
    };
    let (mut named, mut left) = (Vec::new(), Vec::new());
    for group in groups() {
        for route in group.routes.iter().filter(|route| route.method != Method::Get) {
            let id = route.doc.id;
            if !is_recorded_here(id) {
                named.push(id);
                continue;
            }
            let asked = good(&app, &ada, route);
            let before = entries();
            let answer = asked.send();
            assert!((200..300).contains(&answer.status), "{id} did nothing: {answer}");
            let new: Vec<_> = entries().into_iter().filter(|entry| !before.contains(entry)).collect();
            left.extend(new.iter().map(|entry| format!("{id}: {} in {:?}", entry[2], log(&entry[0]))));
        }
    }
    let expected: Vec<_> =
        RECORDED.iter().map(|(id, log, action)| format!("{id}: {action} in {log:?}")).collect();
    assert_eq!(left, expected);
    assert_eq!(named.len(), UNRECORDED.len() + ELSEWHERE.len(), "an excuse is for no route: {named:?}");
    // Whatever was done, nobody reads in the table who it was by the address.
    let stored = app.db().rows("select entry from audit_entry").concat().concat();
    assert!(stored.len() > 10_000 && !stored.contains('@'), "{stored}");
}

#[test]
fn every_action_that_there_is_is_met_here_or_in_a_test_that_names_it() {
    let tests = files(&repository().join("tests"), "rs").into_iter();
    let other = |path: &PathBuf| {
        !path.ends_with("matrix/audited.rs") && !path.iter().any(|folder| folder == "guests")
    };
    let elsewhere: String = tests.filter(other).map(|path| std::fs::read_to_string(path).unwrap()).collect();
    for action in Action::ALL {
        let here = RECORDED.iter().any(|(_, _, recorded)| *recorded == action.as_str());
        assert!(here || elsewhere.contains(action.as_str()), "{}", action.as_str());
    }
    for (id, test) in ELSEWHERE {
        assert!(elsewhere.contains(&format!("fn {test}()")), "{id}: {test}");
    }
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
