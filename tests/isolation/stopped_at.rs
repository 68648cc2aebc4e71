//! The process is killed at every step of making a tenant, each found by the table that it writes: nothing of it is there,
//! and the same request makes it whole.

use std::collections::BTreeSet;
use std::thread;
use std::time::Duration;

use insula_tests::journeys::{Client, House, Process};
use insula_tests::support::{Database, PASSWORD, Stall, wait_until};
use serde_json::json;

/// What stays of a tenant, its maker, and the request.
const MADE: [&str; 8] = [
    "tenant",
    "membership",
    "user_account",
    "account_token",
    "mail",
    "idempotency",
    "audit_entry where action in ('tenant.created', 'person.registered')",
    "tenant where schema_step > 0",
];

fn made(database: &Database) -> Vec<i64> {
    let count = |what: &&str| database.number(&format!("select count(*) from {what}"));
    let mut counts: Vec<i64> = MADE.iter().map(count).collect();
    if let Database::Postgres(_) = database {
        counts.push(database.number("select count(*) from pg_namespace where nspname like 't\\_%'"));
    }
    counts
}

/// Has something asked of the server, and kills it where somebody is stalled. If nobody ever was: the server, and what it
/// answered.
pub fn killed_at<T: Send>(
    house: &House,
    server: Process,
    stall: Stall<'_>,
    request: impl FnOnce() -> T + Send,
) -> Option<(Process, T)> {
    let over = thread::scope(|scope| {
        let asked = scope.spawn(request);
        wait_until(|| asked.is_finished() || stall.holds());
        // Whoever isn't in the middle of it is soon done.
        thread::sleep(Duration::from_millis(100));
        if asked.is_finished() {
            return Some((server, asked.join().expect("an answer")));
        }
        house.kill(server);
        None
    });
    stall.end();
    over
}

/// Kills the server in each step of a request, of which `request` makes another one for each number; returns the tables of
/// the steps. Who asks presents what `credential` returns for that number.
fn kill_at_every_step(
    credential: impl Fn(&Client, usize) -> Option<String>,
    request: impl Fn(&Client, usize) -> Option<u16> + Sync,
) -> BTreeSet<String> {
    let house = House::new();
    let (mut server, mut client) = house.serve_undisturbed();
    let database = house.database();
    database.execute("update plan set requests_per_minute = 1000000, burst = 1000000");
    let mut steps = BTreeSet::new();
    let tables: Vec<String> = database.tables().into_keys().collect();
    for (number, table) in tables.iter().enumerate() {
        let credential = credential(&client, number);
        let bearing = |client: &Client| credential.as_ref().map_or(client.clone(), |it| client.bearing(it));
        let caller = bearing(&client);
        let before = made(&database);
        let stall = Stall::at(&database, table, "true");
        let over = killed_at(&house, server, stall, || request(&caller, number));
        server = if let Some((server, answered)) = over {
            assert_eq!(answered, Some(201), "{table}");
            server
        } else {
            // Where it was only slow it was killed between its steps, and all of it may be there.
            if database.number("select count(*) from tenant") == before[0] {
                assert_eq!(made(&database), before, "what was stopped at {table} is there");
                steps.insert(table.clone());
            }
            let (server, restarted) = house.serve_undisturbed();
            client = restarted;
            assert_eq!(request(&bearing(&client), number), Some(201), "{table}");
            server
        };
        let one_more = database.number("select count(*) from tenant") - before[0];
        assert_eq!(one_more, 1, "{table}");
    }
    server.kill();
    steps
}

#[test]
fn a_tenant_whose_making_is_stopped_at_any_step_is_not_there_and_the_same_request_makes_it() {
    let steps = kill_at_every_step(
        |client, number| {
            let login = json!({ "email": format!("person-{number}@example.com"), "password": PASSWORD });
            let _ = client.post_json("/api/v1/auth/register", &login).send().expect(201);
            let tokens = client.post_json("/api/v1/auth/login", &login).send().expect(200).json();
            Some(tokens["access_token"].as_str().expect("a token").to_owned())
        },
        |caller, number| {
            let body = json!({ "name": format!("tenant {number}") });
            let request = caller.post_json("/api/v1/tenants", &body);
            request.header("idempotency-key", &number.to_string()).answer().map(|answer| answer.status)
        },
    );
    for table in ["audit_entry", "audit_head", "idempotency", "membership", "tenant"] {
        assert!(steps.contains(table), "{table}: {steps:?}");
    }
}

#[test]
fn a_person_whose_registration_with_a_tenant_is_stopped_at_any_step_is_not_there_and_the_same_request_makes_both()
 {
    let steps = kill_at_every_step(
        |_, _| None,
        |caller, number| {
            let email = format!("person-{number}@example.com");
            let body = json!({ "email": email, "password": PASSWORD, "tenant_name": "Acme" });
            let request = caller.post_json("/api/v1/auth/register", &body);
            request.header("idempotency-key", &number.to_string()).answer().map(|answer| answer.status)
        },
    );
    for table in [
        "account_token",
        "audit_entry",
        "audit_head",
        "guess",
        "idempotency",
        "mail",
        "membership",
        "tenant",
        "user_account",
    ] {
        assert!(steps.contains(table), "{table}: {steps:?}");
    }
}
