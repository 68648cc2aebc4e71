//! A server that is killed while it stores the tree over a log: a process of its own.

use insula_audit::note::Verifier;
use insula_tests::journeys::{House, Resident};
use insula_tests::support::{Stall, wait_until};

use super::{check, more};

#[test]
fn a_server_that_is_killed_while_the_tree_grows_leaves_whole_parts_and_the_next_does_the_rest() {
    let house = House::new();
    let (mut server, mut client) = house.serve();
    let database = house.database();
    let Resident { tenant_id, token } = house.ada(&client);
    let of = format!("where tenant_id = '{tenant_id}'");
    let leaves = || database.number(&format!("select count(*) from audit_node {of} and level = 4"));
    let checkpoint = format!("/api/v1/tenants/{tenant_id}/audit-log/checkpoint");

    for kills in 1..=3 {
        database.execute(&more(&database, &tenant_id, 8_000));
        let before = leaves();
        let caller = client.bearing(&token);
        // Parts have 1,024 entries: it is killed in the middle of one that isn't the first, and of which nothing stays.
        let whole = before + 64 * kills;
        let stall =
            Stall::at(&database, "audit_node", &format!("new.level = 4 and new.place = {}", whole + 9));
        std::thread::scope(|scope| {
            let _ = scope.spawn(|| caller.post(&checkpoint).answered());
            wait_until(|| leaves() == whole && stall.holds());
            house.kill(server);
        });
        stall.end();
        assert_eq!(leaves(), whole);
        (server, client) = house.serve();
        let caller = client.bearing(&token);
        wait_until(|| caller.post(&checkpoint).answered().is_some());
    }

    let stored = database.number(&format!("select count(*) from audit_node {of}"));
    let caller = client.bearing(&token);
    let key = client.get(&format!("/api/v1/audit-log-keys/{tenant_id}")).send().expect(200).json();
    let file = caller.get(&format!("/api/v1/tenants/{tenant_id}/audit-log?format=ndjson")).send().expect(200);
    let found = check(&file.text(), &Verifier::parse(key["key"].as_str().unwrap()).unwrap()).unwrap();
    assert!(found.checkpoint.size > 24_000);
    assert_eq!(stored, expected(found.checkpoint.size), "each node of the tree, once");
    server.kill();
}

/// How many nodes over whole groups of sixteen entries and more a log of that size has, which are all that are stored.
fn expected(size: u64) -> i64 {
    (4..64).map(|level| size >> level).sum::<u64>().cast_signed()
}
