//! Connections as components use them: many at once, left behind in any state.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use rusqlite::types::{Value, ValueRef};

use super::*;
use crate::app::ComponentState;
use crate::worker::Activity;

struct Cell(Value);

impl From<ValueRef<'_>> for Cell {
    fn from(value: ValueRef<'_>) -> Self {
        Self(Value::try_from(value).unwrap())
    }
}

fn database() -> (Arc<Database>, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (Database::new(folder.path().join("test.db")), folder)
}

fn connect(database: &Arc<Database>) -> Connection {
    Connection::open(database.clone(), Activity::new(ComponentState::without_anything())).unwrap()
}

async fn run(connection: &Connection, sql: &str) -> Result<Vec<Vec<Value>>, Failure> {
    let found = connection.execute::<Value, Cell>(sql, Vec::new()).await?;
    Ok(found.rows.into_iter().map(|row| row.into_iter().map(|cell| cell.0).collect()).collect())
}

async fn number(connection: &Connection, sql: &str) -> i64 {
    let rows = run(connection, sql).await.unwrap();
    let Value::Integer(number) = rows[0][0] else { panic!("{rows:?}") };
    number
}

/// Two threads, many writers: with SQLite's own lock they would wait for each other on their
/// threads, and whoever has the lock would never get one to finish on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_transactions_on_few_threads_neither_fail_nor_stand_still() {
    let (database, _folder) = database();
    run(&connect(&database), "create table counter (n integer)").await.unwrap();
    run(&connect(&database), "insert into counter values (0)").await.unwrap();

    let mut writers = Vec::new();
    for _ in 0..32 {
        let database = database.clone();
        writers.push(tokio::spawn(async move {
            for _ in 0..8 {
                let connection = connect(&database);
                run(&connection, "begin immediate").await.unwrap();
                let n = number(&connection, "select n from counter").await;
                // As a component does between two statements.
                tokio::task::yield_now().await;
                run(&connection, &format!("update counter set n = {}", n + 1)).await.unwrap();
                run(&connection, "commit").await.unwrap();
            }
        }));
    }
    for writer in writers {
        writer.await.unwrap();
    }

    assert_eq!(number(&connect(&database), "select n from counter").await, 32 * 8);
}

#[tokio::test]
async fn the_gate_is_held_from_the_first_write_to_the_end_of_the_transaction() {
    let (database, _folder) = database();
    let activity = Activity::new(ComponentState::without_anything());
    let connection = Connection::open(database.clone(), activity.clone()).unwrap();
    let held = || activity.gates.load(Ordering::Acquire);

    run(&connection, "create table t (n integer)").await.unwrap();
    assert_eq!(held(), 0, "a statement of its own is over");
    run(&connection, "begin").await.unwrap();
    run(&connection, "select * from t").await.unwrap();
    assert_eq!(held(), 0, "readers need no gate");
    run(&connection, "insert into t values (1)").await.unwrap();
    assert_eq!(held(), 1);
    assert!(run(&connection, "insert into nowhere values (1)").await.is_err());
    assert_eq!(held(), 1, "a refused statement does not end the transaction");
    run(&connection, "rollback").await.unwrap();
    assert_eq!(held(), 0);
    run(&connection, "begin immediate").await.unwrap();
    assert_eq!(held(), 1);
    drop(connection);
    assert_eq!(held(), 0);
}

/// Protects the next request: what one leaves open must not become part of another's transaction.
#[tokio::test]
async fn a_transaction_that_was_left_open_is_rolled_back() {
    let (database, _folder) = database();
    let connection = connect(&database);
    run(&connection, "create table t (n integer)").await.unwrap();
    run(&connection, "begin").await.unwrap();
    run(&connection, "insert into t values (1)").await.unwrap();
    drop(connection);

    let next = connect(&database);
    assert!(run(&next, "commit").await.is_err(), "there is no transaction to commit");
    assert_eq!(number(&next, "select count(*) from t").await, 0);
}

#[tokio::test]
async fn a_setting_or_a_temporary_table_is_not_handed_on() {
    let (database, _folder) = database();
    let connection = connect(&database);
    run(&connection, "pragma foreign_keys = off").await.unwrap();
    run(&connection, "create temp table mine (n integer)").await.unwrap();
    drop(connection);

    let next = connect(&database);
    assert_eq!(number(&next, "pragma foreign_keys").await, 1);
    assert!(run(&next, "select * from mine").await.is_err());
}

/// Protects the host's files: a database is all that a component gets.
#[tokio::test]
async fn no_other_file_can_be_reached() {
    let (database, folder) = database();
    let connection = connect(&database);
    let other = folder.path().join("other.db");

    for sql in [
        format!("attach database '{}' as other", other.display()),
        format!("vacuum into '{}'", other.display()),
        "select load_extension('x')".to_owned(),
    ] {
        assert!(run(&connection, &sql).await.is_err(), "{sql}");
    }
    assert!(!other.exists());
    run(&connection, "vacuum").await.unwrap();
}

#[tokio::test]
async fn a_result_that_is_too_large_is_an_error_and_not_the_end_of_the_host() {
    let (database, _folder) = database();
    let sql = "with recursive many(n) as (select 1 union all select n + 1 from many) \
               select zeroblob(1000000) from many";

    assert!(matches!(run(&connect(&database), sql).await, Err(Failure::TooLarge(_))));
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_can_read_a_database() {
    use std::os::unix::fs::PermissionsExt;
    let (database, folder) = database();
    run(&connect(&database), "create table t (n integer)").await.unwrap();

    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", entry.path());
    }
}
