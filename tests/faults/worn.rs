//! Connections to PostgreSQL don't get old.
//!
//! Protects the database server: a process of it keeps a little of each tenant that it has worked for until it ends.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use insula_tests::support::{App, only_on_postgresql};

#[test]
fn a_connection_that_is_too_old_is_closed_and_no_request_fails_on_postgresql() {
    only_on_postgresql();
    let lasting = App::of_guests(|settings| settings.postgres_pool_size = 1);
    let brief = App::of_guests(|settings| {
        settings.postgres_pool_size = 1;
        settings.postgres_connection_lifetime = Duration::from_millis(200);
    });
    let processes = |app: &App| {
        let mut met = BTreeSet::new();
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(1) {
            let _ = app.request("GET", "/unruly/look").send().expect(200);
            let connected = app.db().rows(
                "select pid from pg_stat_activity where datname = current_database() and state = 'idle'
                 and query not like '%pg_stat_activity%'",
            );
            met.extend(connected.concat());
        }
        met.len()
    };
    assert_eq!(processes(&lasting), 1);
    let count = processes(&brief);
    assert!((2..=6).contains(&count), "{count} in a second");
}
