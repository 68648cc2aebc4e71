//! What is due by schedule is run by the host itself.

use std::time::{Duration, Instant};

use insula_tests::journeys::{Backing, Server};

#[test]
fn the_host_runs_what_is_due_without_being_asked() {
    let server = Server::embedded_with(Backing::under_test(), |command| {
        command.args(["--tick-seconds", "1"]);
    });
    let left = || server.database().number("select count(*) from idempotency");
    server.database().execute("insert into idempotency values ('c', 'o', 'k', 'd', 'a', 1)");
    let begun = Instant::now();

    while left() > 0 {
        assert!(begun.elapsed() < Duration::from_secs(60), "nobody came");
        std::thread::sleep(Duration::from_millis(50));
    }
}
