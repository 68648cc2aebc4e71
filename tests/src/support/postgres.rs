//! Databases on the PostgreSQL server that the tests were given: each test has one of its own, copied from a template.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{LazyLock, Mutex, OnceLock};

use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

use super::database::Database;
use super::program::block_on;

/// The address of the server, if the tests run on PostgreSQL: `INSULA_TEST_DB=postgres`, and its address in
/// `INSULA_TEST_POSTGRES`, as `cargo xtask test` sets them.
#[must_use]
pub fn server_address() -> Option<String> {
    match std::env::var("INSULA_TEST_DB").as_deref() {
        Ok("postgres") => Some(
            std::env::var("INSULA_TEST_POSTGRES")
                .expect("INSULA_TEST_POSTGRES: run `cargo xtask test --postgres`, which starts a server"),
        ),
        Ok("sqlite") | Err(_) => None,
        Ok(other) => panic!("INSULA_TEST_DB is `{other}`: it must be `sqlite` or `postgres`"),
    }
}

/// For a test of what only PostgreSQL has. Its name ends in `_on_postgresql`, by which `cargo xtask test` leaves it out on
/// SQLite.
///
/// # Panics
///
/// When the tests don't run on PostgreSQL: a test that did nothing must not look like one that passed.
pub fn only_on_postgresql() {
    assert!(server_address().is_some(), "this test is for PostgreSQL: run `cargo xtask test --postgres`");
}

/// The address of a new database; `migrated` says whether it has the schema.
pub fn create(server: &str, migrated: bool) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let name = format!("t_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let template = if migrated { template(server) } else { "template1" };
    execute(server, &format!("create database {name} template {template}"));
    address(server, &name)
}

/// Removes a database, whoever is still connected.
pub fn remove(server: &str, address: &str) {
    kept().remove(address);
    if let Some(name) = address.rsplit('/').next().and_then(|rest| rest.split('?').next()) {
        execute(server, &format!("drop database if exists {name} with (force)"));
    }
}

/// The name of the database that the others are copied from.
fn template(server: &str) -> &'static str {
    static TEMPLATE: OnceLock<String> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let name = format!("template_{}", std::process::id());
        // A process of that number may have left one, on a server that outlives the tests.
        execute(server, &format!("drop database if exists {name}"));
        execute(server, &format!("create database {name}"));
        let state = tempfile::tempdir().expect("a temporary folder");
        let made = address(server, &name);
        super::app::migrate(&Database::Postgres(made.clone()), state.path());
        // Nobody may be connected to what is copied.
        kept().remove(&made);
        name
    })
}

/// The server's address with another database in it.
pub fn address(server: &str, name: &str) -> String {
    let (head, options) = server.split_once('?').unwrap_or((server, ""));
    let head = head.rsplit_once('/').map_or(head, |(head, _)| head);
    let options = if options.is_empty() { String::new() } else { format!("?{options}") };
    format!("{head}/{name}{options}")
}

/// Runs `body` while the tables that the guard writes are locked against writing.
pub fn while_locked<T>(address: &str, body: impl FnOnce() -> T) -> T {
    let client = block_on(async {
        let (client, connection) = tokio_postgres::connect(address, NoTls).await.expect("a connection");
        tokio::spawn(connection);
        let lock = "begin; lock table bucket, usage_counter in share row exclusive mode";
        client.batch_execute(lock).await.expect("the locks");
        client
    });
    let result = body();
    drop(client);
    result
}

/// Runs one statement on the server.
pub fn execute(address: &str, statement: &str) {
    with(address, async |client| {
        client.batch_execute(statement).await.unwrap_or_else(|error| panic!("{statement}: {error:?}"));
    });
}

/// The rows that a statement returns, each value as text.
pub fn rows(address: &str, query: &str) -> Vec<Vec<String>> {
    with(address, async |client| {
        let messages = client.simple_query(query).await.unwrap_or_else(|error| panic!("{query}: {error:?}"));
        let mut rows = Vec::new();
        for message in messages {
            if let SimpleQueryMessage::Row(row) = message {
                rows.push((0..row.len()).map(|at| row.get(at).unwrap_or("null").to_owned()).collect());
            }
        }
        rows
    })
}

/// A connection to each database that was asked something: PostgreSQL takes longer to open one than to answer.
static KEPT: LazyLock<Mutex<HashMap<String, Client>>> = LazyLock::new(Mutex::default);

fn kept() -> std::sync::MutexGuard<'static, HashMap<String, Client>> {
    KEPT.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Lends the connection that is kept, or a new one, which is kept if nothing fails.
fn with<T>(address: &str, ask: impl AsyncFnOnce(&Client) -> T) -> T {
    let kept_client = kept().remove(address).filter(|client| !client.is_closed());
    block_on(async {
        let client = match kept_client {
            Some(client) => client,
            None => {
                let (client, connection) =
                    tokio_postgres::connect(address, NoTls).await.expect("a connection");
                tokio::spawn(connection);
                client
            }
        };
        let answer = ask(&client).await;
        kept().insert(address.to_owned(), client);
        answer
    })
}

/// What the server says to a statement that it refuses.
pub fn refusal(address: &str, statement: &str) -> Option<String> {
    block_on(async {
        let (client, connection) = tokio_postgres::connect(address, NoTls).await.expect("a connection");
        let connection = tokio::spawn(connection);
        let refused = client.batch_execute(statement).await.err();
        drop(client);
        let _ = connection.await;
        refused.map(|error| error.as_db_error().map_or_else(String::new, |error| error.message().to_owned()))
    })
}
