//! The process is killed at one moment after another while a tenant is made, brought up to date, moved or removed: what
//! was begun is whole, or not there, or gone on with.

use std::thread;
use std::time::{Duration, Instant};

use insula_tests::journeys::{Client, House, Process};
use insula_tests::support::{Database, Second, only_on_postgresql, wait_until};
use serde_json::{Value, json};

use super::schemas::{fill, schema, sums};

/// Everything that making a tenant leaves.
fn made(database: &Database) -> Vec<i64> {
    let schemas = match database {
        Database::Sqlite(_) => "select count(*) from tenant",
        Database::Postgres(_) => "select count(*) from pg_namespace where nspname like 't\\_%'",
    };
    let counts = [
        "select count(*) from tenant",
        "select count(*) from membership",
        "select count(*) from audit_entry where action = 'tenant.created'",
        schemas,
    ];
    counts.iter().map(|count| database.number(count)).collect()
}

/// Makes the schema of a tenant need one more step, which takes a while.
fn add_step(database: &Database, seconds: f64) {
    database.execute(&format!(
        "insert into tenant_step select max(number) + 1, 'of_this_test',
           $t$do $$ begin perform pg_sleep({seconds}); end $$; create table once (tenant_id text)$t$ from tenant_step"
    ));
}

/// How long it takes.
fn took(what: impl FnOnce()) -> Duration {
    let begun = Instant::now();
    what();
    begun.elapsed()
}

/// Does something that a server is killed in the middle of.
fn while_killed(house: &House, server: Process, what: impl FnOnce() + Send, until: impl FnOnce()) {
    thread::scope(|scope| {
        scope.spawn(what);
        until();
        house.kill(server);
    });
}

#[test]
fn a_tenant_whose_making_is_stopped_is_whole_or_not_there_and_the_next_try_makes_it() {
    let house = House::new();
    let (mut server, mut client) = house.serve();
    let token = house.ada(&client).token;
    let database = house.database();
    if let Database::Postgres(_) = database {
        add_step(&database, 0.1);
    }
    let whole = took(|| {
        let undisturbed = client.bearing(&token);
        let _ =
            undisturbed.post_json("/api/v1/tenants", &json!({ "name": "undisturbed" })).send().expect(201);
    });
    for number in 0..8 {
        let before = made(&database);
        let one_more: Vec<i64> = before.iter().map(|count| count + 1).collect();
        let body = json!({ "name": format!("tenant {number}") });
        let create = |caller: &Client| {
            let key = format!("k{number}");
            caller.post_json("/api/v1/tenants", &body).header("idempotency-key", &key).answer()
        };
        let caller = client.bearing(&token);
        while_killed(&house, server, || drop(create(&caller)), || thread::sleep(whole * number / 8));
        let after = made(&database);
        assert!(after == before || after == one_more, "half a tenant at {number}: {before:?}, {after:?}");

        (server, client) = house.serve();
        let _ = create(&client.bearing(&token)).unwrap().expect(201);
        assert_eq!(made(&database), one_more, "{number}");
    }
    server.kill();
}

#[test]
fn the_end_of_a_tenant_that_is_stopped_is_gone_on_with() {
    let house = House::new();
    let (mut server, mut client) = house.serve();
    let ada = house.ada(&client);
    let database = house.database();
    let of = format!("where tenant_id = '{}'", ada.tenant_id);
    let left = || database.number(&format!("select count(*) from usage_counter {of}"));
    database.execute(&format!(
        "insert into usage_counter (tenant_id, metric, period_start_ms, used)
         with recursive n (i) as (select 1 union all select i + 1 from n where i < 100000)
         select '{}', 'api_calls', i, 1 from n",
        ada.tenant_id
    ));
    let path = format!("/api/v1/tenants/{}", ada.tenant_id);
    let _ = client.bearing(&ada.token).call(http::Method::DELETE, &path).send().expect(202);
    // As if that had been a while ago.
    database.execute(&format!("update tenant set state_at_ms = 1 where id = '{}'", ada.tenant_id));

    for _ in 0..3 {
        let before = left();
        let operator = house.operator(&client);
        let tick = || {
            let _ = operator.post("/internal/tick").answered();
        };
        while_killed(&house, server, tick, || wait_until(|| left() <= before - 2_000));
        assert!(left() > 0, "it was stopped in the middle");
        let state = format!(
            "select count(*) from tenant where id = '{}' and state = 'deprovisioning'",
            ada.tenant_id
        );
        assert_eq!(database.number(&state), 1);
        (server, client) = house.serve();
    }

    let operator = house.operator(&client);
    let tenant = || operator.get(&path).send().expect(200).json();
    wait_until(|| {
        let _ = operator.post("/internal/tick").send().expect(200);
        tenant()["state"] == "deleted"
    });
    for table in ["usage_counter", "membership", "tenant_key", "api_key"] {
        assert_eq!(database.number(&format!("select count(*) from {table} {of}")), 0, "{table}");
    }
    let ended = format!("select count(*) from audit_entry {of} and action = 'tenant.deleted'");
    assert_eq!(database.number(&ended), 1);
    server.kill();
}

#[test]
fn schemas_whose_bringing_up_to_date_is_stopped_are_gone_on_with_each_once_on_postgresql() {
    only_on_postgresql();
    let house = House::new();
    let (server, _) = house.serve();
    house.kill(server);
    let database = house.database();
    database.execute(
        "insert into tenant (id, name, state, plan, created_at_ms, isolation)
           select 'ten_' || lpad(i::text, 26, '0'), 'x', 'active', 'free', 0, 'schema' from generate_series(1, 300) i;
         select set_config('insula.scope', 'system', false);
         select insula_schema_make(id) from tenant where id like 'ten_00000%'",
    );
    add_step(&database, 0.004);
    let behind = || {
        database
            .number("select count(*) from tenant where schema_step < (select max(number) from tenant_step)")
    };
    let mut before = behind();
    assert_eq!(before, 300);
    for _ in 0..3 {
        // A server migrates before it serves.
        let server = house.server();
        wait_until(|| behind() < before);
        house.kill(server);
        let left = behind();
        assert!((1..before).contains(&left), "{left} of {before}");
        before = left;
    }

    let (server, _) = house.serve();

    assert_eq!(behind(), 0);
    let done = database.own_tables().into_keys().filter(|table| table.ends_with(".once")).count();
    assert_eq!(done, 300);
    server.kill();
}

/// Protects what a tenant has from a move that is stopped, wherever to: it is whole where the tenant's row says.
#[test]
fn a_move_that_is_stopped_loses_nothing_on_postgresql() {
    only_on_postgresql();
    let house = House::new();
    let (mut server, mut client) = house.serve();
    let ada = house.ada(&client);
    let (database, own) = (house.database(), Second::create());
    let hers = schema(&ada.tenant_id);
    fill(&database, &ada.tenant_id);
    let all = sums(&database, &format!("{hers}.report"));
    let path = format!("/api/v1/tenants/{}", ada.tenant_id);
    let moved = |operator: &Client, body: &Value| {
        let call = operator.call(http::Method::PATCH, &path).header("content-type", "application/json");
        call.body(body.to_string()).answer()
    };
    let mut wholes = [Duration::ZERO; 3];
    for moment in 0..4 {
        for (model, whole) in ["database", "shared", "schema"].into_iter().zip(&mut wholes) {
            let mut body = json!({ "isolation": model });
            if model == "database" {
                body["database_url"] = own.address.clone().into();
            }
            let operator = house.operator(&client);
            let moving = || drop(moved(&operator, &body));
            if moment == 0 {
                // Undisturbed, to see how long it takes.
                *whole = took(moving);
            } else {
                while_killed(&house, server, moving, || thread::sleep(*whole * moment / 4));
                own.end_sessions();
                (server, client) = house.serve();
            }
            let tenant = moved(&house.operator(&client), &body).unwrap().expect(200).json();
            assert_eq!(tenant["isolation"], model);
            let found = match model {
                "database" => sums(&own, "insula.report"),
                "shared" => sums(&database, "public.report"),
                _ => sums(&database, &format!("{hers}.report")),
            };
            assert_eq!(found, all, "{model} at {moment}");
            let reports =
                client.bearing(&ada.token).get("/api/v1/reports?limit=200").send().expect(200).json();
            assert_eq!(reports["items"].as_array().unwrap().len(), 200);
        }
    }
    server.kill();
}
