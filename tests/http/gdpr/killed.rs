//! A server that is killed while it stores the tree over a log: a process of its own.

use std::time::{Duration, Instant};

use insula_audit::note::Verifier;
use insula_tests::journeys::{Backing, Client, Process, embedded};
use insula_tests::support::Database;
use serde_json::json;

use super::{check, more};

const PASSWORD: &str = "correct horse battery staple";

#[test]
fn a_server_that_is_killed_while_the_tree_grows_leaves_whole_parts_and_the_next_does_the_rest() {
    let (state, backing) = (embedded::state(), Backing::under_test());
    let start = || {
        let said = tempfile::tempdir_in(state.path()).unwrap().keep();
        let mut server = Process::start(&mut embedded::command(state.path(), &backing), &said);
        let client = Client::new(&embedded::base(&mut server));
        (server, client)
    };
    let (mut server, mut client) = start();
    let database = embedded::database(state.path(), &backing);
    let ada = json!({ "email": "ada@example.com", "password": PASSWORD, "tenant_name": "Acme" });
    let made = client.post_json("/api/v1/auth/register", &ada).send().expect(201).json();
    let tenant_id = made["tenant"]["id"].as_str().unwrap().to_owned();
    let login = json!({ "email": "ada@example.com", "password": PASSWORD });
    let tokens = client.post_json("/api/v1/auth/login", &login).send().expect(200).json();
    let token = tokens["access_token"].as_str().unwrap();
    let of = format!("where tenant_id = '{tenant_id}'");
    let leaves = || database.number(&format!("select count(*) from audit_node {of} and level = 4"));
    let checkpoint = format!("/api/v1/tenants/{tenant_id}/audit-log/checkpoint");

    for kills in 1..=3 {
        database.execute(&more(&database, &tenant_id, 8_000));
        let before = leaves();
        let caller = client.bearing(token);
        std::thread::scope(|scope| {
            let _ = scope.spawn(|| caller.post(&checkpoint).answered());
            wait_until(|| leaves() > before + 64 * kills);
            server.kill();
        });
        end_sessions(&database);
        let now = leaves();
        assert_eq!((now - before) % 64, 0, "parts of 1,024 entries");
        assert!(now - before < 8_000 / 16, "it was killed in the middle");
        (server, client) = start();
        let caller = client.bearing(token);
        while caller.post(&checkpoint).answered().is_none() {}
    }

    let nodes =
        || database.rows(&format!("select level, place, hash from audit_node {of} order by level, place"));
    let stored = nodes();
    let caller = client.bearing(token);
    let key = client.get(&format!("/api/v1/audit-log-keys/{tenant_id}")).send().expect(200).json();
    let file = caller.get(&format!("/api/v1/tenants/{tenant_id}/audit-log?format=ndjson")).send().expect(200);
    let found = check(&file.text(), &Verifier::parse(key["key"].as_str().unwrap()).unwrap()).unwrap();
    assert!(found.checkpoint.size > 24_000);
    assert_eq!(stored.len(), expected(found.checkpoint.size), "each node of the tree, once");
    server.kill();
}

/// How many nodes over whole groups of sixteen entries and more a log of that size has, which are all that are stored.
fn expected(size: u64) -> usize {
    let nodes: u64 = (4..64).map(|level| size >> level).sum();
    usize::try_from(nodes).unwrap()
}

/// What a killed server left on PostgreSQL: statements that run on for nobody.
fn end_sessions(database: &Database) {
    if let Database::Postgres(_) = database {
        let others = "from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";
        database.execute(&format!("select pg_terminate_backend(pid) {others}"));
        wait_until(|| database.number(&format!("select count(*) {others}")) == 0);
    }
}

#[track_caller]
fn wait_until(mut done: impl FnMut() -> bool) {
    let started = Instant::now();
    while !done() {
        assert!(started.elapsed() < Duration::from_secs(60), "it never came to that");
        std::thread::sleep(Duration::from_micros(200));
    }
}
