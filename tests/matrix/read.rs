//! Every route that reads, called by the operator as itself and as a person: each answer is told in the log of the tenant
//! whose data it shows, and where it can't be told, there is none. A route nobody thought of fails.

use insula_kit::route::{Access, Method, Route};
use insula_tests::routes::groups;
use insula_tests::support::{Answer, App, Caller};

use super::samples::{path, request};
use super::whole::refuse_entries;
use super::world::Side;

/// What the operator reads without telling anybody, because it is the platform's own.
const PLATFORMS: &[(&str, &str)] = &[
    ("list_signing_keys", "the public halves, which everybody may have"),
    ("list_mail", "how the delivery goes: neither to whom nor about what, nor from which tenant"),
];

/// Where entries of the operator's reads go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Log {
    Tenant,
    Platform,
    /// That it asked for those of many in the platform's, what it was shown in each tenant's.
    Both,
}

/// Where the operator's call of that path is told.
fn log(operation: &str, path: &str, tenant: &str) -> Log {
    match operation {
        "list_mailbox" | "list_tenants" | "list_workspaces" => Log::Both,
        _ if path.contains(tenant) => Log::Tenant,
        _ => Log::Platform,
    }
}

/// The routes that read what isn't for everybody.
fn reads() -> Vec<Route<()>> {
    let reads = |route: &Route<()>| route.method == Method::Get && route.access != Access::Public;
    groups().into_iter().flat_map(|group| group.routes).filter(reads).collect()
}

/// A tenant that has everything that can be read.
fn world(app: &App) -> Side<'_> {
    let ada = Side::new(app, "ada");
    ada.renew(app);
    let checkpoint = format!("/api/v1/tenants/{}/audit-log/checkpoint", ada.owner.tenant_id);
    let _ = ada.owner.request("POST", &checkpoint).send().expect(200);
    let _ = app.deliver_mail();
    ada
}

fn call(app: &App, ada: &Side<'_>, route: &Route<()>, caller: &Caller<'_>) -> (String, Answer) {
    let path = path(route, |name| ada.id(name).to_owned());
    let answer = request(app, route, &path, Some(caller)).send();
    (path, answer)
}

/// How many entries tell the tenant, and the platform, that the operator has read.
fn noted(app: &App, ada: &Side<'_>) -> [i64; 2] {
    [ada.owner.tenant_id.as_str(), "platform"].map(|log| {
        app.db().number(&format!(
            "select count(*) from audit_entry where action = 'operator.read' and tenant_id = '{log}'"
        ))
    })
}

#[test]
fn whatever_the_operator_reads_is_told_where_it_belongs() {
    let app = App::start().without_limits();
    let ada = world(&app);
    let (mut untold, mut read) = (Vec::new(), 0);
    for route in reads() {
        let id = route.doc.id;
        let before = noted(&app, &ada);
        let (path, answer) = call(&app, &ada, &route, &app.operator());
        let after = noted(&app, &ada);
        let new = [after[0] - before[0], after[1] - before[1]];
        if answer.status >= 300 {
            assert_eq!(new, [0, 0], "{id}: {answer}");
            continue;
        }
        read += 1;
        if PLATFORMS.iter().any(|(other, _)| *other == id) {
            assert_eq!(new, [0, 0], "{id} is told");
            untold.push(id);
            continue;
        }
        let expected = match log(id, &path, &ada.owner.tenant_id) {
            Log::Tenant => [1, 0],
            Log::Platform => [0, 1],
            Log::Both => [1, 1],
        };
        assert_eq!(new, expected, "{id}: {answer}");
    }
    assert_eq!(untold.len(), PLATFORMS.len(), "an excuse is for no route: {untold:?}");
    assert!(read >= 12, "the operator read only {read}");
}

#[test]
fn whatever_the_operator_reads_as_a_person_is_told_in_the_tenants_log() {
    let app = App::start().without_limits();
    let ada = world(&app);
    let mut read = 0;
    for route in reads() {
        let before = noted(&app, &ada);
        let (_, answer) = call(&app, &ada, &route, &ada.impersonator);
        let after = noted(&app, &ada);
        let is_read = answer.status < 300;
        assert_eq!(
            [after[0] - before[0], after[1] - before[1]],
            [i64::from(is_read), 0],
            "{}: {answer}",
            route.doc.id
        );
        assert_eq!(is_read, route.access.admits_impersonator(Method::Get), "{}: {answer}", route.doc.id);
        read += usize::from(is_read);
    }
    assert!(read >= 10, "the operator read only {read} as a person");
}

#[test]
fn what_the_log_does_not_take_the_operator_does_not_read() {
    let app = App::start().without_limits();
    let ada = world(&app);
    let mut tried = 0;
    for caller in [&app.operator(), &ada.impersonator] {
        for route in reads() {
            let id = route.doc.id;
            let (_, well) = call(&app, &ada, &route, caller);
            if well.status >= 300 || PLATFORMS.iter().any(|(other, _)| *other == id) {
                continue;
            }
            refuse_entries(&app, true);
            let (_, untold) = call(&app, &ada, &route, caller);
            refuse_entries(&app, false);
            assert!(untold.status >= 500, "{id}: {untold}");
            let found = untold.json();
            let members: Vec<_> = found.as_object().unwrap().keys().map(String::as_str).collect();
            let known = ["detail", "instance", "request_id", "status", "title", "trace_id", "type"];
            assert!(members.iter().all(|member| known.contains(member)), "{id}: {untold}");
            tried += 1;
        }
    }
    assert!(tried >= 20, "only {tried} were tried");
}
