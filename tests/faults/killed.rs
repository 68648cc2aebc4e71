//! Servers that are killed while they migrate, and servers that migrate at once: processes of their own.

use insula_tests::journeys::{House, Process, embedded};
use insula_tests::support::{Database, only_on_postgresql, wait_until};

const NEWEST: u32 = insula_migrations::newest();

type Schema = Vec<Vec<String>>;

/// What a database has after each number of steps.
fn schemas() -> Vec<Schema> {
    let house = House::new();
    let database = house.database();
    let after = |steps| {
        database.take_steps(steps);
        database.schema()
    };
    (0..=NEWEST).map(after).collect()
}

/// How many steps are recorded; none as long as there is no log of them.
fn recorded(house: &House) -> u32 {
    let database = house.database();
    if matches!(&database, Database::Sqlite(path) if !path.exists()) {
        return 0;
    }
    if !database.tables().contains_key("schema_migration") {
        return 0;
    }
    u32::try_from(database.number("select count(*) from schema_migration")).unwrap()
}

#[track_caller]
fn assert_has_exactly(house: &House, steps: u32, schemas: &[Schema]) {
    assert_eq!(house.database().schema(), schemas[steps as usize], "after {steps} steps");
    let numbers = house.database().rows("select number from schema_migration order by number");
    let once: Vec<_> = (1..=steps).map(|number| vec![number.to_string()]).collect();
    assert_eq!(numbers, once);
}

#[test]
fn a_server_that_is_killed_while_it_migrates_leaves_whole_steps_and_the_next_does_the_rest() {
    let schemas = schemas();
    for steps in 1..NEWEST {
        let house = House::new();
        let server = house.server();
        wait_until(|| recorded(&house) >= steps);
        house.kill(server);
        assert_has_exactly(&house, recorded(&house), &schemas);

        let _ = embedded::base(&mut house.server());

        assert_has_exactly(&house, NEWEST, &schemas);
    }
}

/// Only PostgreSQL can be made to stop inside a step.
#[test]
fn a_server_that_is_killed_inside_a_step_leaves_nothing_of_it_on_postgresql() {
    only_on_postgresql();
    let house = House::new();
    let database = house.database();
    database.take_steps(NEWEST - 1);
    database.execute(
        "create function hold() returns event_trigger language plpgsql as 'begin perform pg_sleep(60); end'; \
         create event trigger hold on ddl_command_end when tag in ('CREATE INDEX', 'CREATE FUNCTION', 'ALTER TABLE') execute function hold()",
    );
    let server = house.server();
    wait_until(|| {
        let inside = "select count(*) from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'";
        database.number(inside) == 1
    });

    house.kill(server);

    database.execute("drop event trigger hold; drop function hold()");
    let schemas = schemas();
    assert_has_exactly(&house, NEWEST - 1, &schemas);
    let _ = embedded::base(&mut house.server());
    assert_has_exactly(&house, NEWEST, &schemas);
}

#[test]
fn servers_that_start_at_once_on_one_database_all_serve_and_each_step_is_done_once() {
    let house = House::new();
    let mut servers: Vec<Process> = (0..3).map(|_| house.server()).collect();
    for server in &mut servers {
        let _ = embedded::base(server);
    }
    assert_has_exactly(&house, NEWEST, &schemas());
}
