//! A tenant's product data moves from the shared tables to a schema of its own and back, while others are at it.

use std::thread;

use insula_tests::support::{App, Database, Person, at_once, block_on, only_on_postgresql, wait_until};
use serde_json::json;
use tokio_postgres::{Client, NoTls};

use super::schemas::{analyzed, reports, schema};

/// How many wait for a lock in which data is moved.
const WAITING: &str = "select count(*) from pg_locks l join pg_database d on d.oid = l.database
     where d.datname = current_database() and l.locktype = 'advisory' and not l.granted";

/// A transaction of somebody who is in the middle of it.
struct Amid(Client);

impl Amid {
    fn of(app: &App, statement: &str) -> Self {
        let Database::Postgres(address) = app.db() else { panic!("only PostgreSQL has schemas") };
        let amid = Self(block_on(async {
            let (client, connection) = tokio_postgres::connect(address, NoTls).await.unwrap();
            tokio::spawn(connection);
            client
        }));
        amid.goes_on("begin; set local statement_timeout = '20s'");
        amid.goes_on(statement);
        amid
    }

    fn goes_on(&self, statement: &str) {
        block_on(self.0.batch_execute(statement)).unwrap_or_else(|error| panic!("{statement}: {error:?}"));
    }
}

fn move_to(person: &Person<'_>, isolation: &str) {
    let path = format!("/api/v1/tenants/{}", person.tenant_id);
    let to = json!({ "isolation": isolation });
    let moved = person.request("PATCH", &path).json(&to).send().expect(200).json();
    assert_eq!(moved["isolation"], isolation);
}

/// The lock in which data is moved.
fn lock(person: &Person<'_>, kind: &str) -> String {
    format!("select pg_advisory_xact_lock{kind}(hashtextextended('{}', 7310594301))", person.tenant_id)
}

#[test]
fn product_data_moves_whole_while_it_is_written_on_postgresql() {
    only_on_postgresql();
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let stored = at_once(9, |number| {
        if number > 0 {
            return (0..6).map(|_| analyzed(&ada)).collect::<Vec<_>>();
        }
        for turn in 0..6 {
            move_to(&ada, ["shared", "schema"][turn % 2]);
        }
        Vec::new()
    });

    let mut stored: Vec<Vec<String>> = stored.into_iter().flatten().map(|id| vec![id]).collect();
    stored.sort();
    assert_eq!(stored.len(), 48);
    let hers = schema(&ada.tenant_id);
    assert_eq!(app.db().rows(&format!("select id from {hers}.report order by id")), stored);
    assert_eq!(app.db().number("select count(*) from public.report"), 0);
    assert_eq!(reports(&ada), 48);
    move_to(&ada, "shared");
    assert_eq!(reports(&ada), 48);
    assert_eq!(app.db().number(&format!("select count(*) from pg_roles where rolname = '{hers}'")), 0);
    assert_eq!(app.db().own_tables().len(), 0);
}

#[test]
fn who_has_yet_to_be_let_to_the_data_is_in_the_way_of_no_move_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let ada = app.person("ada");
    // As who counts for the first time in a month, and then writes.
    let row = format!("select from tenant where id = '{}' for key share", ada.tenant_id);
    for isolation in ["shared", "schema"] {
        let amid = Amid::of(&app, &row);
        move_to(&ada, isolation);
        amid.goes_on(&lock(&ada, "_shared"));
    }
}

#[test]
fn who_is_at_the_data_brings_the_schema_up_to_date_while_a_move_waits_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let ada = app.person("ada");
    let amid = Amid::of(&app, &lock(&ada, "_shared"));
    thread::scope(|scope| {
        let moving = scope.spawn(|| move_to(&ada, "shared"));
        wait_until(|| app.db().number(WAITING) > 0);
        assert!(!moving.is_finished());
        amid.goes_on(&format!("select from tenant where id = '{}' for no key update; commit", ada.tenant_id));
        moving.join().expect("a move");
    });
}

#[test]
fn what_a_release_writes_that_knows_of_no_moves_moves_too_or_is_refused_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let ada = app.person("ada");
    move_to(&ada, "shared");
    let insert = |id: &str| {
        format!(
            "insert into public.report values ('{id}', '{}', 'c', null, null, 1, 1, 1, 'b', 0)",
            ada.tenant_id
        )
    };
    let amid = Amid::of(&app, &insert("before"));
    thread::scope(|scope| {
        let moving = scope.spawn(|| move_to(&ada, "schema"));
        wait_until(|| app.db().number(WAITING) > 0);
        amid.goes_on("commit");
        moving.join().expect("a move");
    });
    let told = app.db().refusal(&insert("after")).expect("a refusal");
    assert!(told.contains("is not here"), "{told}");
    let hers = schema(&ada.tenant_id);
    assert_eq!(app.db().rows(&format!("select id from {hers}.report")), [["before"]]);
    assert_eq!(app.db().number("select count(*) from public.report"), 0);
}
