//! The journey under a real Spin, with the components, the `spin.toml` and the flags of the README.
//!
//! `INSULA_TEST_SPIN` names the binary. On SQLite, and with `INSULA_TEST_POSTGRES` also on PostgreSQL.
#![allow(clippy::panic, clippy::unwrap_used, missing_docs, reason = "tests")]

use std::path::Path;
use std::process::ExitCode;

use insula_tests::journeys::program::{Test, run};
use insula_tests::journeys::{Backing, Server, journey};

fn main() -> ExitCode {
    let Some(spin) = std::env::var_os("INSULA_TEST_SPIN") else {
        println!("journeys under Spin: SKIPPED (no spin binary given: cargo xtask test --spin PATH)");
        return ExitCode::SUCCESS;
    };
    let spin = Path::new(&spin);
    let mut tests = vec![Test::new("the_journey_arrives_under_spin_on_sqlite", || {
        arrives(&Server::spin(spin, Backing::sqlite()));
    })];
    match std::env::var("INSULA_TEST_POSTGRES") {
        Ok(server) => tests.push(Test::new("the_journey_arrives_under_spin_on_postgresql", move || {
            arrives(&Server::spin(spin, Backing::postgres(server)));
        })),
        Err(_) => println!("journeys under Spin on PostgreSQL: SKIPPED (no INSULA_TEST_POSTGRES)"),
    }
    run(tests)
}

/// Nobody migrates for the operator under Spin, so that comes first.
#[track_caller]
fn arrives(server: &Server) {
    let client = server.client();
    client.get("/api/v1/usage").send().problem(503, "not-migrated");
    let migration = client.bearing(server.operator_key()).post("/internal/migrate").send().expect(200).json();
    assert_ne!(migration["applied"], serde_json::json!([]), "{migration}");
    journey::run(server.base(), server.operator_key());
}
