//! Callers at once.

use std::time::Duration;

use insula_tests::support::{App, Caller, at_once};

/// The statuses of `count` calls that are made at once.
fn statuses(caller: &Caller<'_>, path: &str, count: usize) -> Vec<u16> {
    at_once(count, |_| caller.get(path).send().status)
}

/// Protects everybody from a flood of calls that are refused: those must not queue with the calls that are let in, nor
/// make them wait.
#[test]
fn who_is_refused_for_who_it_is_waits_for_no_writer() {
    let app = App::start();
    let ada = app.person("ada");
    let reader = ada.key(&["read"]);
    let unknown = app.caller("ins_live_00000000000000000000000000_unknown");
    let bob = app.person("bob");
    // That it is refused is noted in the log the first time, and then not for an hour.
    reader.get("/api/v1/api-keys").send().problem(403, "forbidden");

    app.db().while_written(|| {
        unknown.get("/api/v1/usage").send().problem(401, "unauthenticated");
        app.caller("no.such.token").get("/api/v1/usage").send().problem(401, "unauthenticated");
        reader.get("/api/v1/api-keys").send().problem(403, "forbidden");
        bob.get(&format!("/api/v1/tenants/{}", ada.tenant_id)).send().problem(404, "not-found");
    });

    assert_eq!(app.db().number("select count(*) from usage_counter where metric = 'api_calls'"), 0);
}

fn count(statuses: &[u16], wanted: u16) -> usize {
    statuses.iter().filter(|status| **status == wanted).count()
}

#[test]
fn sixty_four_callers_at_once_get_exactly_what_the_bucket_holds() {
    let app = App::start();
    let key = app.person("ada").key(&["read"]);

    let statuses = statuses(&key, "/api/v1/reports", 64);

    assert_eq!((count(&statuses, 200), count(&statuses, 429)), (20, 44), "{statuses:?}");
    assert_eq!(app.db().number("select used from usage_counter where metric = 'api_calls'"), 20);
}

#[test]
fn sixty_four_callers_at_once_get_exactly_what_the_quota_has_left() {
    let app = App::start();
    app.db().execute("update plan set requests_per_minute = 1000, burst = 1000");
    let ada = app.person("ada");
    let key = ada.key(&["read"]);
    let _ = key.get("/api/v1/reports").send().expect(200);
    app.db().execute("update usage_counter set used = 90 where metric = 'api_calls'");
    app.advance(Duration::from_secs(60));

    let statuses = statuses(&key, "/api/v1/reports", 64);

    assert_eq!((count(&statuses, 200), count(&statuses, 429)), (10, 54), "{statuses:?}");
    assert_eq!(app.db().number("select used from usage_counter where metric = 'api_calls'"), 100);
}

#[test]
fn people_and_programs_of_a_tenant_share_its_quota_exactly() {
    let app = App::start();
    app.db().execute("update plan set requests_per_minute = 1000, burst = 1000");
    let ada = app.person("ada");
    let (key, person) = (ada.key(&["read"]), ada.caller.clone());
    let _ = key.get("/api/v1/reports").send().expect(200);
    app.db().execute("update usage_counter set used = 80 where metric = 'api_calls'");

    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let calls = [&key, &person].map(|caller| scope.spawn(|| statuses(caller, "/api/v1/reports", 32)));
        calls.into_iter().flat_map(|call| call.join().unwrap()).collect()
    });

    assert_eq!((count(&statuses, 200), count(&statuses, 429)), (20, 44), "{statuses:?}");
}
