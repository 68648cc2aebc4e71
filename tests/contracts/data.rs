//! The two databases have one schema, and the data map has all of it.

use std::collections::{BTreeMap, BTreeSet};

use insula_domain::data_map::TABLES;
use insula_tests::support::{App, Database, only_on_postgresql};

#[test]
fn both_dialects_make_the_same_tables_and_columns_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("twin.db");
    let twin = rusqlite::Connection::open(&path).unwrap();
    twin.execute_batch(insula_migrations::CREATE_LOG_SQLITE).unwrap();
    for step in insula_migrations::STEPS {
        for statement in step.sqlite_statements() {
            twin.execute_batch(statement).unwrap();
        }
    }
    let twin = Database::Sqlite(path);

    assert_eq!(app.db().tables(), twin.tables());
}

#[test]
fn every_table_and_column_is_in_the_data_map_and_nothing_else_is() {
    let app = App::start();
    let mapped = TABLES.iter().map(|table| {
        let columns: BTreeSet<&str> = table.columns.iter().map(|(name, _)| *name).collect();
        (table.name.to_owned(), columns.into_iter().map(str::to_owned).collect())
    });
    assert_eq!(app.db().tables(), mapped.collect::<BTreeMap<String, Vec<String>>>());
}
