//! Instances are used again. What one tenant left in an instance must not reach the next.

use std::time::Duration;

use insula_tests::support::{App, Form};

/// How long a request may take that sleeps.
const SHORT: Duration = Duration::from_secs(6);

#[test]
fn an_instance_serves_many_requests() {
    let app = App::of_guests(|_| {});
    let seen: Vec<String> =
        (0..5).map(|_| app.request("GET", "/unruly/count").send().expect(200).text()).collect();
    assert_eq!(seen, ["0", "1", "2", "3", "4"]);
}

#[test]
fn an_instance_serves_128_requests_where_nobody_says_how_many() {
    let app = App::of_guests(|_| {});
    let seen: Vec<u32> = (0..130)
        .map(|_| app.request("GET", "/unruly/count").send().expect(200).text().parse().unwrap())
        .collect();
    assert_eq!(seen, (0..128).chain(0..2).collect::<Vec<_>>());
}

#[test]
fn an_instance_serves_one_request_at_a_time_where_nobody_wants_more() {
    let counted_beside_a_sleeper = |settings: fn(&mut insula_host::Settings)| {
        let app = App::of_guests(settings);
        let count = || app.request("GET", "/unruly/count").send().expect(200).text();
        assert_eq!(count(), "0");
        std::thread::scope(|scope| {
            let slow = scope.spawn(|| app.request("GET", "/unruly/sleep").send());
            // Long enough to be there, and shorter than it sleeps.
            std::thread::sleep(SHORT / 3);
            let beside = count();
            slow.join().unwrap().problem(504, "timeout");
            beside
        })
    };
    assert_eq!(counted_beside_a_sleeper(|settings| settings.request_timeout = SHORT), "0");
    let two = counted_beside_a_sleeper(|settings| {
        settings.request_timeout = SHORT;
        settings.instance_concurrency = 2;
    });
    assert_eq!(two, "1");
}

#[test]
fn an_instance_is_replaced_after_as_many_requests_as_it_may_serve() {
    let app = App::of_guests(|settings| settings.instance_reuse = 3);
    let seen: Vec<String> =
        (0..7).map(|_| app.request("GET", "/unruly/count").send().expect(200).text()).collect();
    assert_eq!(seen, ["0", "1", "2", "0", "1", "2", "0"]);
}

#[test]
fn two_tenants_in_turns_through_one_instance_see_only_what_is_theirs() {
    let app = App::with(insula_tests::support::Options {
        settings: |settings| settings.max_concurrent_requests = 1,
        ..Default::default()
    })
    .without_limits();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let keys = [ada.key(&["analyze", "read"]), bob.key(&["analyze", "read"])];
    for round in 1..=6 {
        for (at, key) in keys.iter().enumerate() {
            let rows = "1\n".repeat(round + 10 * at);
            let form = Form::file(format!("tenant_{at}\n{rows}"));
            let made = key.request("POST", "/api/v1/analyze").form(&form).send().expect(201);
            assert!(made.text().contains(&format!("tenant_{at}")));
            assert!(!made.text().contains(&format!("tenant_{}", 1 - at)));
        }
    }
    for (at, (key, person)) in keys.iter().zip([&ada, &bob]).enumerate() {
        let usage = key.get("/api/v1/usage").send().expect(200).json();
        assert_eq!(usage["tenant_id"], person.tenant_id.as_str());
        assert_eq!(usage["metrics"]["rows_analyzed"]["current"], 21 + 60 * at);
        let me = person.get("/api/v1/auth/me").send().expect(200);
        assert!(me.text().contains(&person.tenant_id), "{me}");
        assert!(!me.text().contains(&[&bob, &ada][at].tenant_id), "{me}");
    }
}
