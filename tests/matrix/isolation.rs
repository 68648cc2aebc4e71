//! A stranger with *real ids* of another tenant gets, on every route, the same bytes as for ids that name nothing,
//! and nothing changes. Protects every tenant from every other.

use insula_domain::scope::Scope;
use insula_kit::route::Access;
use insula_tests::routes::groups;
use insula_tests::support::{Answer, App, Caller, Second, only_on_postgresql};
use serde_json::json;

use super::samples::{ids, path, request};
use super::world::{Side, absent};
use crate::isolation::and_changed;

#[test]
fn foreign_ids_are_answered_byte_for_byte_as_absent_ones_and_nothing_changes() {
    let app = App::start().without_limits();
    let (ada, bob) = (Side::new(&app, "ada"), Side::new(&app, "bob"));
    let mut strangers = vec![bob.owner.caller.clone(), bob.member.caller.clone(), bob.impersonator.clone()];
    strangers.extend(["admin", "analyst"].map(|role| app.member(&bob.owner, role).caller.clone()));
    strangers.extend(Scope::ALL.map(|scope| bob.owner.key(&[scope.as_str()])));
    let tried = answered_as_absent(&app, &ada, &strangers);
    assert!(tried >= 300, "only {tried} pairs were tried");
}

/// As the default is a schema for each, here all share the tables.
#[test]
fn foreign_ids_are_answered_as_absent_ones_where_tenants_share_tables_on_postgresql() {
    only_on_postgresql();
    let app = App::start().without_limits();
    let (ada, bob) = (Side::new(&app, "ada"), Side::new(&app, "bob"));
    for side in [&ada, &bob] {
        let path = format!("/api/v1/tenants/{}", side.owner.tenant_id);
        let _ = side.owner.request("PATCH", &path).json(&json!({ "isolation": "shared" })).send().expect(200);
    }
    assert_eq!(app.db().number("select count(*) from public.report"), 2);
    let tried = answered_as_absent(&app, &ada, &[bob.owner.caller.clone(), bob.owner.key(&["admin"])]);
    assert!(tried >= 50, "only {tried} pairs were tried");
}

#[test]
fn foreign_ids_are_answered_as_absent_ones_where_each_has_a_database_of_its_own_on_postgresql() {
    only_on_postgresql();
    let app = App::start().without_limits();
    let (ada, bob) = (Side::new(&app, "ada"), Side::new(&app, "bob"));
    let own = [Second::create(), Second::create()];
    for (side, own) in [&ada, &bob].iter().zip(&own) {
        let body = json!({ "isolation": "database", "database_url": own.address });
        let path = format!("/api/v1/tenants/{}", side.owner.tenant_id);
        let _ = app.operator().request("PATCH", &path).json(&body).send().expect(200);
    }
    let stored = || own.each_ref().map(|own| own.rows("select * from insula.report"));
    let before = stored();
    assert_eq!(before.each_ref().map(Vec::len), [1, 1]);
    let tried = answered_as_absent(&app, &ada, &[bob.owner.caller.clone(), bob.owner.key(&["admin"])]);
    assert!(tried >= 50, "only {tried} pairs were tried");
    assert_eq!(stored(), before);
}

/// Asks every route for what is another's; returns of how many callers and routes.
fn answered_as_absent(app: &App, ada: &Side<'_>, strangers: &[Caller<'_>]) -> usize {
    let mut tried = 0;
    for group in groups() {
        for route in group.routes.iter().filter(|route| !ids(route).is_empty()) {
            if matches!(route.access, Access::Public | Access::Operator) {
                continue;
            }
            for stranger in strangers {
                let before = app.db().dump();
                let send = |path: &str| {
                    request(app, route, path, Some(stranger)).header("x-request-id", "same").send()
                };

                let foreign = send(&path(route, |name| ada.id(name).to_owned()));
                let missing = send(&path(route, |name| absent(name).to_owned()));

                assert!(matches!(foreign.status, 403 | 404), "{foreign}");
                assert_eq!(foreign.status, missing.status, "{foreign}\n{missing}");
                assert_eq!(foreign.body, missing.body, "{foreign}\n{missing}");
                assert_eq!(headers(&foreign), headers(&missing), "{foreign}\n{missing}");
                assert_eq!(app.db().dump(), before, "{foreign} changed something");
                tried += 1;
            }
        }
    }
    tried
}

/// Guessing near an id that somebody has seen leads nowhere.
#[test]
fn an_id_of_another_tenant_that_is_changed_in_one_place_is_answered_as_an_absent_one_and_nothing_changes() {
    let app = App::start().without_limits();
    let (ada, bob) = (Side::new(&app, "ada"), Side::new(&app, "bob"));
    let stranger = &bob.owner.caller;
    let mut tried = 0;
    for route in groups().iter().flat_map(|group| &group.routes) {
        if ids(route).is_empty() || matches!(route.access, Access::Public | Access::Operator) {
            continue;
        }
        let send =
            |path: &str| request(&app, route, path, Some(stranger)).header("x-request-id", "same").send();
        let missing = send(&path(route, |name| absent(name).to_owned()));
        for changed in ids(route).into_iter().filter(|name| *name != "subject") {
            let before = app.db().dump();
            for text in and_changed(ada.id(changed)).iter().skip(1).step_by(3) {
                let near =
                    path(route, |name| if name == changed { text.clone() } else { ada.id(name).to_owned() });
                let near = send(&near);
                assert_eq!((near.status, &near.body), (missing.status, &missing.body), "{near}\n{missing}");
                assert_eq!(headers(&near), headers(&missing), "{near}\n{missing}");
                tried += 1;
            }
            assert_eq!(app.db().dump(), before, "{}: {changed} changed something", route.path);
        }
    }
    assert!(tried >= 100, "only {tried} were tried");
}

/// A path that begins with one's own tenant must not lead to what is another's.
#[test]
fn an_id_of_another_tenant_behind_ones_own_is_answered_as_an_absent_one_and_nothing_changes() {
    let app = App::start().without_limits();
    let (ada, bob) = (Side::new(&app, "ada"), Side::new(&app, "bob"));
    let (owner, operator) = (ada.owner.caller.clone(), app.operator());
    let mut tried = 0;
    for route in groups().iter().flat_map(|group| &group.routes) {
        // What a tenant calls its limits is its own word, and names nobody else's.
        let of_somebody = |name: &&str| !matches!(*name, "tenant_id" | "subject");
        if !ids(route).contains(&"tenant_id") || !ids(route).iter().any(of_somebody) {
            continue;
        }
        for caller in [&owner, &operator] {
            ada.renew(&app);
            let mixed = |of: &dyn Fn(&str) -> String| {
                path(route, |name| if name == "tenant_id" { ada.id(name).to_owned() } else { of(name) })
            };
            let before = app.db().dump();
            let send =
                |path: &str| request(&app, route, path, Some(caller)).header("x-request-id", "same").send();

            let foreign = send(&mixed(&|name| bob.id(name).to_owned()));
            let missing = send(&mixed(&|name| absent(name).to_owned()));

            assert!(matches!(foreign.status, 403 | 404), "{foreign}");
            assert_eq!(foreign.status, missing.status, "{foreign}\n{missing}");
            assert_eq!(foreign.body, missing.body, "{foreign}\n{missing}");
            assert_eq!(headers(&foreign), headers(&missing), "{foreign}\n{missing}");
            assert_eq!(app.db().dump(), before, "{foreign} changed something");
            tried += usize::from(foreign.status == 404);
        }
    }
    assert!(tried >= 5, "only {tried} led to where the other has something");
}

/// The headers that may not differ: all but what is left of the caller's own limits, and the time.
fn headers(answer: &Answer) -> Vec<(String, String)> {
    let mut headers: Vec<(String, String)> = answer
        .headers
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "ratelimit" | "date"))
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()))
        .collect();
    headers.sort();
    headers
}
