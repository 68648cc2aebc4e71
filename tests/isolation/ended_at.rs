//! The process is killed at every step of a tenant's end, each found by the table that is written: what is gone is gone, what
//! is left is gone on with, and the end is in the log once.

use std::collections::BTreeSet;

use insula_tests::journeys::{Client, House};
use insula_tests::support::{Database, Form, PASSWORD, Second, Stall, wait_until};
use serde_json::json;

use super::stopped_at::killed_at;

/// What a tenant has until its end, and then not.
const HAS: [&str; 6] = ["usage_counter", "tenant_limit", "invitation", "api_key", "membership", "tenant_key"];

/// Registers somebody with a tenant that has something of everything, and sends the tenant on its way out, a while ago.
fn leaving(
    client: &Client,
    operator: &Client,
    database: &Database,
    number: usize,
    own: Option<&Second>,
) -> String {
    let login = json!({ "email": format!("person-{number}@example.com"), "password": PASSWORD });
    let mut person = login.clone();
    person["tenant_name"] = json!("Acme");
    let made = client.post_json("/api/v1/auth/register", &person).send().expect(201).json();
    let tokens = client.post_json("/api/v1/auth/login", &login).send().expect(200).json();
    let owner = client.bearing(tokens["access_token"].as_str().expect("a token"));
    let tenant_id = made["tenant"]["id"].as_str().expect("an id").to_owned();
    let path = format!("/api/v1/tenants/{tenant_id}");

    let _ = owner.post_form("/api/v1/analyze", &Form::file("a,b\n1,2\n")).send().expect(201);
    let key = json!({ "name": "test", "scopes": ["analyze"] });
    let _ = owner.post_json("/api/v1/api-keys", &key).send().expect(201);
    let invited = json!({ "email": "x@example.com", "role": "viewer" });
    let _ = owner.post_json(&format!("{path}/members"), &invited).send().expect(202);
    let limit = json!({ "rate_limit": "3/minute", "burst": 3 }).to_string();
    let limits = owner.call(http::Method::PUT, &format!("{path}/limits/all"));
    let _ = limits.header("content-type", "application/json").body(limit).send().expect(200);
    if let Database::Postgres(_) = database {
        // What an attempt to bring its data here has left.
        database.execute(&format!("insert into product_arrival values ('{tenant_id}', 1, 'report', '[]')"));
    }
    if let Some(own) = own {
        let given = json!({ "isolation": "database", "database_url": own.address }).to_string();
        let change = operator.call(http::Method::PATCH, &path).header("content-type", "application/json");
        let _ = change.body(given).send().expect(200);
    }
    let _ = owner.call(http::Method::DELETE, &path).send().expect(202);
    if own.is_none() {
        database.execute(&format!("insert into tenant_key values ('{tenant_id}', 'sealed', 'by', 1)"));
    }
    database.execute(&format!("update tenant set state_at_ms = 1 where id = '{tenant_id}'"));
    tenant_id
}

#[test]
fn a_tenant_whose_end_is_stopped_at_any_step_is_ended_by_the_next_tick_and_once() {
    let house = House::new();
    let (mut server, mut client) = house.serve_undisturbed();
    let database = house.database();
    database.execute("update plan set max_users = null");
    let mut steps = BTreeSet::new();
    let tables: Vec<String> = database.tables().into_keys().collect();
    for (number, table) in tables.iter().enumerate() {
        let with_own = matches!(database, Database::Postgres(_)) && table == "tenant_database";
        let own = with_own.then(Second::create);
        let operator = house.operator(&client);
        let tenant_id = leaving(&client, &operator, &database, number, own.as_ref());
        let of = format!("where tenant_id = '{tenant_id}'");
        let count = |table: &str| database.number(&format!("select count(*) from {table} {of}"));
        let state =
            || database.rows(&format!("select state from tenant where id = '{tenant_id}'")).concat().concat();
        for had in HAS {
            assert!(count(had) > 0, "{had}");
        }
        let stall = Stall::anywhere(&database, table);
        let over = killed_at(&house, server, stall, || operator.post("/internal/tick").answer());
        server = if let Some((server, answered)) = over {
            assert_eq!(answered.map(|answer| answer.status), Some(200), "{table}");
            server
        } else {
            // Who it was and what it is sealed under go with the state and with the entry, or stay with them.
            let goes_on = state() == "deprovisioning";
            assert_eq!(count("membership") > 0, goes_on, "{table}");
            assert_eq!(count("tenant_key") > 0, goes_on, "{table}");
            if goes_on {
                steps.insert(table.clone());
            }
            let (server, restarted) = house.serve_undisturbed();
            client = restarted;
            server
        };
        let operator = house.operator(&client);
        wait_until(|| {
            let _ = operator.post("/internal/tick").send().expect(200);
            state() == "deleted"
        });
        for had in HAS {
            assert_eq!(count(had), 0, "{had} after {table}");
        }
        let product = format!("select count(*) from {} {of}", database.product("report"));
        assert_eq!(database.number(&product), 0, "{table}");
        if let Some(own) = own {
            let left = own.rows("select count(*) from pg_namespace where nspname = 'insula'");
            assert_eq!(left, [["0"]], "{table}");
        }
        let ended = format!("{of} and action = 'tenant.deleted'");
        assert_eq!(database.number(&format!("select count(*) from audit_entry {ended}")), 1, "{table}");
    }
    server.kill();
    let of_postgres: &[&str] = match database {
        Database::Sqlite(_) => &["report"],
        Database::Postgres(_) => &["tenant_database", "product_arrival"],
    };
    for table in HAS.iter().chain(&["tenant", "audit_entry", "audit_head"]).chain(of_postgres) {
        assert!(steps.contains(*table), "{table}: {steps:?}");
    }
}
