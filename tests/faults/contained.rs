//! A component that misbehaves harms its own request and no other.

use std::time::Duration;

use insula_tests::support::{App, Options, program_within, repository};

#[test]
fn a_trap_is_a_500_with_a_trace_id_and_the_next_request_is_served() {
    let app = App::of_guests(|_| {});

    let trapped = app.request("GET", "/unruly/panic").send();
    let problem = trapped.problem(500, "internal");

    let trace_id = problem["trace_id"].as_str().unwrap();
    assert_eq!(trace_id.len(), 32);
    assert!(app.log().iter().any(|line| line.contains(trace_id)), "the log doesn't have the trace id");
    let _ = app.request("GET", "/unruly/fine").send().expect(200);
}

#[test]
fn an_endless_loop_is_a_504_and_others_are_served_meanwhile() {
    let app = App::of_guests(|settings| settings.request_timeout = Duration::from_millis(600));

    std::thread::scope(|scope| {
        let loops: Vec<_> =
            (0..4).map(|_| scope.spawn(|| app.request("GET", "/unruly/loop").send())).collect();
        // As long as the loops run, whenever they begin.
        while !loops.iter().all(std::thread::ScopedJoinHandle::is_finished) {
            let _ = app.request("GET", "/unruly/fine").send().expect(200);
        }
        for call in loops {
            call.join().unwrap().problem(504, "timeout");
        }
    });
}

#[test]
fn waiting_for_ever_is_a_504() {
    let app = App::of_guests(|settings| settings.request_timeout = Duration::from_millis(200));
    app.request("GET", "/unruly/sleep").send().problem(504, "timeout");
}

#[test]
fn memory_without_end_is_refused() {
    let app = App::of_guests(|_| {});
    app.request("GET", "/unruly/memory").send().problem(500, "internal");
    let _ = app.request("GET", "/unruly/fine").send().expect(200);
}

/// Protects the host from a component that is made of many parts. The two here have 17 and 18 pages of 64 KiB from the start.
#[test]
fn the_memory_limit_is_for_all_parts_of_a_component_together() {
    let manifest = std::fs::read_to_string(repository().join("tests/guests/spin.toml")).unwrap();
    let manifest = manifest.replace("../../target", "target");
    for (pages, expected) in [(30, 500), (90, 401)] {
        let program = Some(program_within(&manifest, pages << 16));
        let app = App::with(Options { program, contract: false, ..Options::default() });
        let _ = app.request("GET", "/bare").send().expect(200);
        let of_two_parts = app.request("GET", "/guarded").send();
        assert_eq!(of_two_parts.status, expected, "{pages} pages: {of_two_parts}");
    }
}

#[test]
fn when_all_places_are_taken_the_next_is_told_to_come_back() {
    let app = App::of_guests(|settings| {
        settings.max_concurrent_requests = 1;
        settings.queue_timeout = Duration::from_millis(50);
        settings.request_timeout = Duration::from_secs(3);
    });

    std::thread::scope(|scope| {
        let slow = scope.spawn(|| app.request("GET", "/unruly/sleep").send());
        // Until the slow one has the place.
        let refused = loop {
            let answer = app.request("GET", "/unruly/fine").send();
            if answer.status != 200 {
                break answer;
            }
        };
        refused.problem(503, "overloaded");
        assert!(refused.header("retry-after").parse::<u32>().unwrap() >= 1);
        slow.join().unwrap().problem(504, "timeout");
    });
}
