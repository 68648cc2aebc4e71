//! The scope and the role are set by the seam's one statement and end with it, however it ends.

use insula_tests::support::{App, Database, block_on, only_on_postgresql};
use tokio_postgres::{Client, NoTls};

/// Who the connection is now, for whom, and how many tenants that shows.
async fn standing(client: &Client) -> (bool, String) {
    let row = client
        .query_one(
            "select current_user = session_user, coalesce(current_setting('insula.scope', true), '')",
            &[],
        )
        .await
        .unwrap();
    (row.get(0), row.get(1))
}

/// A batch of one statement: on everybody's tables, or on product data, in the role of the tenant.
fn batch(scope: &str, statement: &str, product: bool) -> String {
    let product = u8::from(product);
    format!(
        "select insula_batch_3('{scope}', array[$t${statement}$t$], '{{}}', array[1], array[{product}])::text"
    )
}

/// Runs a statement and returns its one value, if it has one.
async fn ask(client: &Client, statement: &str) -> Option<String> {
    let messages = client.simple_query(statement).await.ok()?;
    messages.iter().find_map(super::first)
}

#[test]
fn neither_scope_nor_role_is_left_however_the_statement_ends_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let ada = app.person("ada");
    let Database::Postgres(address) = app.db() else { unreachable!() };
    block_on(async {
        let (client, connection) = tokio_postgres::connect(address, NoTls).await.unwrap();
        tokio::spawn(connection);
        let id = ada.tenant_id.as_str();
        let hers = super::schemas::schema(id);
        let who = "select current_user::text as who, insula_scope() as scope";
        for inside in [false, true] {
            let ways = [
                (batch(id, who, false), "insula_runtime"),
                (batch(id, "select current_user::text as who", true), &*hers),
                (batch(id, "select 1 as one where false", false), "refused"),
                (batch(id, "select 1 as one where false", true), "refused"),
                (
                    batch(id, &format!("select set_config('insula.scope', '{id}', false) as set"), false),
                    "results",
                ),
                (batch(id, "select 1 / 0 as never", false), "failed"),
                (batch(id, "select 1 / 0 as never", true), "failed"),
                (batch(id, "select set_config('role', 'postgres', true) as set", false), "42501"),
                (batch(id, "select set_config('role', 'none', false) as set", false), "42501"),
                (batch(id, "select set_config('insula.scope', 'system', true) as set", false), "42501"),
                (batch(id, "select set_config('insula.scope', 'system', false) as set", false), "42501"),
                (batch(id, "select set_config('insula.scope', 'system', false) as set", true), "failed"),
                (batch(id, "select set_config('role', 'postgres', true) as set", true), "failed"),
            ];
            for (statement, expected) in ways {
                if inside {
                    client.batch_execute("begin").await.unwrap();
                }
                let told = ask(&client, &statement).await.unwrap_or_else(|| panic!("{statement}"));
                assert!(told.contains(expected), "{statement}: {told}");
                let standing = standing(&client).await;
                assert_eq!(standing, (true, String::new()), "{statement}");
                if inside {
                    client.batch_execute("rollback").await.unwrap();
                }
            }
        }
        // Stopped by the server in the middle.
        for product in [false, true] {
            client.batch_execute("set statement_timeout = 100").await.unwrap();
            let told = ask(&client, &batch(id, "select pg_sleep(5)::text as slept", product)).await;
            assert!(told.is_none_or(|told| told.contains("57014")));
            client.batch_execute("set statement_timeout = 0").await.unwrap();
            assert_eq!(standing(&client).await, (true, String::new()));
        }
    });
}

#[test]
fn an_admission_leaves_neither_scope_nor_role_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let Database::Postgres(address) = app.db() else { unreachable!() };
    block_on(async {
        let (client, connection) = tokio_postgres::connect(address, NoTls).await.unwrap();
        tokio::spawn(connection);
        client.batch_execute("begin").await.unwrap();
        let asked = "select outcome from insula_admit_4(0, '', '', null, 1, 'owner', 'read', 1, 0, 0, 'x', null, 0, null)";
        assert_eq!(ask(&client, asked).await.as_deref(), Some("unauthenticated"));
        assert_eq!(standing(&client).await, (true, String::new()));
    });
}
