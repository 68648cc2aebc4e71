//! The process is killed while it makes a tenant's database on the server of its region: the tenant is where it was, and the
//! same request does the rest.

use std::thread;

use insula_tests::journeys::{Client, House, Resident};
use insula_tests::support::{Form, Second, Stall, only_on_postgresql, server_address, wait_until};
use serde_json::json;

use super::super::schemas::schema;
use super::super::stopped_at::killed_at;
use super::stored;

/// When the process is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    /// As soon as the database is there.
    Created,
    /// As soon as it says whose it is.
    Made,
    /// In the transaction that notes where it is.
    Noted,
}

fn listed(owner: &Client) -> Vec<String> {
    let page = owner.get("/api/v1/reports").send().expect(200).json();
    page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

fn give(operator: &Client, tenant_id: &str) -> Option<u16> {
    let body = json!({ "isolation": "database", "region": "of-this-test" }).to_string();
    let change = operator.call(http::Method::PATCH, &format!("/api/v1/tenants/{tenant_id}"));
    change.header("content-type", "application/json").body(body).answer().map(|answer| answer.status)
}

#[test]
fn a_database_of_a_region_whose_making_is_killed_is_made_by_the_same_request_on_postgresql() {
    only_on_postgresql();
    let house = House::new();
    let address = server_address().unwrap();
    let servers = format!("tenant_database_servers={}", json!({ "of-this-test": address }));
    let serve = || house.serve_with(&["--tick-seconds", "0", "--variable", &servers]);
    let (mut server, mut client) = serve();
    let database = house.database();
    let mut killed = Vec::new();
    for moment in [Moment::Created, Moment::Made, Moment::Noted] {
        let Resident { tenant_id, token } = house.resident(&client, &format!("{moment:?}").to_lowercase());
        let report = Form::file("a,b\n1,2\n");
        let _ = client.bearing(&token).post_form("/api/v1/analyze", &report).send().expect(201);
        let own = Second::named(&schema(&tenant_id));
        let is_created = || {
            database.number(&format!("select count(*) from pg_database where datname = '{}'", own.name())) > 0
        };
        let is_made =
            || is_created() && own.number("select count(*) from pg_class where relname = 'home'") > 0;
        let isolation =
            || database.rows(&format!("select isolation from tenant where id = '{tenant_id}'")).concat();
        let noted = format!("select count(*) from tenant_database where tenant_id = '{tenant_id}'");
        let before = listed(&client.bearing(&token));
        let operator = house.operator(&client);
        match moment {
            Moment::Noted => {
                let stall = Stall::at(&database, "tenant_database", "true");
                let answered = killed_at(&house, server, stall, || give(&operator, &tenant_id));
                assert!(answered.is_none(), "it was answered before");
            }
            Moment::Created | Moment::Made => thread::scope(|scope| {
                let asked = scope.spawn(|| give(&operator, &tenant_id));
                wait_until(|| if moment == Moment::Made { is_made() } else { is_created() });
                house.kill(server);
                let _ = asked.join().unwrap();
            }),
        }
        // Whoever is fast has all of it done before the kill; in the transaction nobody is.
        if isolation() == ["schema"] {
            let found = (is_created(), is_made(), database.number(&noted) > 0);
            assert!(found.0 && found.1 >= (moment != Moment::Created) && !found.2, "{moment:?}: {found:?}");
            killed.push(moment);
        } else {
            assert_ne!(moment, Moment::Noted);
        }

        (server, client) = serve();
        let owner = client.bearing(&token);
        assert_eq!(listed(&owner), before, "{moment:?}");
        assert_eq!(give(&house.operator(&client), &tenant_id), Some(200), "{moment:?}");
        assert_eq!(
            (isolation(), listed(&owner), stored(&own)),
            (vec!["database".to_owned()], before.clone(), before)
        );
        let homes = format!("select count(*) from pg_namespace where nspname = '{}'", schema(&tenant_id));
        assert_eq!(database.number(&homes), 0, "{moment:?}");
    }
    server.kill();
    assert!(killed.contains(&Moment::Noted), "{killed:?}");
}
