//! Every route against every kind of caller: it is answered as its access rule, the role table and the scope table say.

use std::collections::BTreeSet;

use insula_domain::role::Role;
use insula_domain::scope::Scope;
use insula_kit::route::{Access, Route};
use insula_tests::routes::groups;
use insula_tests::support::{Answer, App};

use super::samples::{path, request};
use super::world::{Kind, Side, callers};

/// What a caller of that kind is answered, if not by the operation itself: the status of the refusal.
fn refusal(route: &Route<()>, kind: Kind) -> Option<u16> {
    let access = route.access;
    if access == Access::Public {
        return None;
    }
    if is_nobody(kind) {
        return Some(401);
    }
    match access {
        Access::Public => None,
        _ if kind == Kind::Impersonator => refusal_of_impersonator(route),
        Access::Person | Access::PersonOrImpersonator => (!is_person(kind)).then_some(403),
        Access::PersonOrOperator => (!is_person(kind) && kind != Kind::Operator).then_some(403),
        Access::MemberOfPath => is_stranger(kind).then_some(404),
        Access::Operator => (kind != Kind::Operator).then_some(403),
        Access::PersonWithOrOperator(_) | Access::InAnyState(_) if kind == Kind::Operator => None,
        Access::PersonWith(_) | Access::PersonWithOrOperator(_) | Access::InAnyState(_)
            if !is_person(kind) =>
        {
            let hidden = route.path.contains("{tenant_id}") && is_stranger(kind);
            Some(if hidden { 404 } else { 403 })
        }
        Access::Permission(permission)
        | Access::PersonWith(permission)
        | Access::PersonWithOrOperator(permission)
        | Access::InAnyState(permission)
        | Access::PermissionOrOperator(permission) => {
            if kind == Kind::Operator {
                return matches!(access, Access::Permission(_)).then_some(403);
            }
            let in_path = route.path.contains("{tenant_id}");
            if in_path && is_stranger(kind) {
                return Some(404);
            }
            if matches!(kind, Kind::Suspended | Kind::SuspendedKey) {
                return Some(403);
            }
            let (role, scopes) = standing(kind);
            let allowed = insula_domain::scope::effective(role, scopes.as_deref()).contains(&permission);
            (!allowed).then_some(403)
        }
    }
}

/// The same of the operator who acts as the owner: it is told what any member is that may not do it.
fn refusal_of_impersonator(route: &Route<()>) -> Option<u16> {
    (!route.access.admits_impersonator(route.method)).then_some(403)
}

/// The role and the scopes with which a caller acts. Strangers act in their own tenant, as its owners.
fn standing(kind: Kind) -> (Role, Option<Vec<Scope>>) {
    let strangers = [Scope::Read, Scope::Write, Scope::Analyze, Scope::Admin];
    match kind {
        Kind::Admin => (Role::Admin, None),
        Kind::Analyst => (Role::Analyst, None),
        Kind::Viewer => (Role::Viewer, None),
        Kind::Key(scope) => (Role::Owner, Some(vec![Scope::parse(scope).unwrap()])),
        Kind::StrangersKey => (Role::Owner, Some(strangers.to_vec())),
        Kind::Anonymous
        | Kind::Garbage
        | Kind::Expired
        | Kind::ExpiredKey
        | Kind::KeyElsewhere
        | Kind::KeyOfRemoved
        | Kind::Suspended
        | Kind::SuspendedKey
        | Kind::Owner
        | Kind::RevokedKey
        | Kind::Stranger
        | Kind::Impersonator
        | Kind::Operator => (Role::Owner, None),
    }
}

const fn is_person(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Owner | Kind::Admin | Kind::Analyst | Kind::Viewer | Kind::Stranger | Kind::Suspended
    )
}

/// Whose credential proves nothing, whatever it could do if it counted.
const fn is_nobody(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Anonymous
            | Kind::Garbage
            | Kind::Expired
            | Kind::ExpiredKey
            | Kind::KeyElsewhere
            | Kind::KeyOfRemoved
            | Kind::RevokedKey
    )
}

/// Who has nothing to do with the tenant of the path.
const fn is_stranger(kind: Kind) -> bool {
    matches!(kind, Kind::Stranger | Kind::StrangersKey | Kind::Suspended | Kind::SuspendedKey)
}

#[test]
fn every_route_answers_every_caller_as_its_access_rule_says() {
    let app = App::start().without_limits();
    let (ada, bob) = (Side::new(&app, "ada"), Side::new(&app, "bob"));
    let callers = callers(&app, &ada, &bob);
    let mut met = BTreeSet::new();
    for group in groups() {
        for route in &group.routes {
            for (kind, caller) in &callers {
                ada.renew(&app);
                let path = path(route, |name| ada.id(name).to_owned());
                let answer = request(&app, route, &path, caller.as_ref()).send();
                met.extend(check(route, *kind, &answer));
            }
        }
    }
    let rows = CONFLICTS.map(|(id, _)| id).into_iter().chain(OF_THE_CALLERS_OWN);
    assert_eq!(met, rows.collect::<BTreeSet<_>>(), "an excuse is for no route");
}

/// Of its own tenant, where no stranger's 404 hides what the state forbids.
#[test]
fn a_suspended_tenants_own_people_and_keys_are_told_so_by_every_route_but_those_for_any_state() {
    let app = App::start().without_limits();
    let carol = Side::new(&app, "carol");
    let key = carol.owner.key(&["read", "write", "analyze", "admin", "billing"]);
    let (mut refused, mut let_in) = (0, 0);
    for route in groups().iter().flat_map(|group| &group.routes) {
        let for_any_state = match route.access {
            Access::Public | Access::Operator | Access::Person | Access::PersonOrImpersonator => continue,
            Access::PersonOrOperator => continue,
            Access::InAnyState(_) => true,
            Access::MemberOfPath
            | Access::Permission(_)
            | Access::PersonWith(_)
            | Access::PermissionOrOperator(_)
            | Access::PersonWithOrOperator(_) => false,
        };
        for caller in [&carol.owner.caller, &key] {
            carol.renew(&app);
            app.db()
                .execute("update tenant set state = 'suspended', state_by = 'member' where name = 'carol'");
            let path = path(route, |name| carol.id(name).to_owned());
            let asked = request(&app, route, &path, Some(caller));
            let before = app.db().dump();
            let answer = asked.send();
            if for_any_state && std::ptr::eq(caller, &raw const carol.owner.caller) {
                assert!(answer.status < 400 || answer.status == 409, "{answer}");
                let_in += 1;
            } else {
                assert_eq!(answer.status, 403, "{answer}");
                assert_eq!(app.db().dump(), before, "{answer}");
                refused += usize::from(answer.json()["type"] == "/problems/tenant-suspended");
            }
        }
    }
    assert!(refused >= 30 && let_in >= 3, "{refused} were refused, {let_in} let in");
}

/// What an operation that let the caller in answers instead of doing it, because of what there is in this world.
const CONFLICTS: [(&str, &str); 7] = [
    ("activate_tenant", "/problems/invalid-transition"),
    ("confirm_totp", "/problems/no-second-factor"),
    ("get_audit_checkpoint", "/problems/no-checkpoint"),
    ("import_api_key", "/problems/key-not-importable"),
    ("register", "/problems/email-taken"),
    ("remove_totp", "/problems/no-second-factor"),
    ("renew_recovery_codes", "/problems/no-second-factor"),
];

/// What looks for its subject in the caller's own tenant, where a stranger has none of that id.
const OF_THE_CALLERS_OWN: [&str; 6] =
    ["get_api_key", "get_report", "revoke_api_key", "rotate_api_key", "switch_tenant", "update_api_key"];

/// Returns the row of the tables above that the answer is by, if it is by one.
fn check(route: &Route<()>, kind: Kind, answer: &Answer) -> Option<&'static str> {
    let status = answer.status;
    let shown = format!("{kind:?} {} {}: {answer}", route.method.as_str(), route.path);
    if let Some(refused) = refusal(route, kind) {
        assert_eq!(status, refused, "{shown}");
        return None;
    }
    let id = route.doc.id;
    let row = match status {
        409 => {
            let kind = answer.json()["type"].clone();
            CONFLICTS.iter().find(|(other, slug)| *other == id && kind == *slug).map(|(id, _)| *id)
        }
        404 => OF_THE_CALLERS_OWN.into_iter().find(|other| is_stranger(kind) && *other == id),
        _ => None,
    };
    assert!(status < 400 || row.is_some(), "{shown}");
    row
}
