//! The two databases have one schema, and the data map has all of it.

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
    for table in twin.tables() {
        assert_eq!(app.db().columns(&table), twin.columns(&table), "{table}");
    }
}

#[test]
fn every_table_and_column_is_in_the_data_map_and_nothing_else_is() {
    let app = App::start();
    let mapped: Vec<&str> = TABLES.iter().map(|table| table.name).collect();
    assert_eq!(app.db().tables(), mapped);
    for table in TABLES {
        let mut columns: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
        columns.sort_unstable();
        assert_eq!(app.db().columns(table.name), columns, "{}", table.name);
    }
}
