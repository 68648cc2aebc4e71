//! Tenants are islands: the database itself keeps them apart, whatever a statement forgets.

mod canaries;
mod catalogue;
mod databases;
mod ended_at;
mod foreign;
mod login;
mod moved;
mod people;
mod provisioning;
mod rights;
mod rows;
mod schemas;
mod scope;
mod stopped;
mod stopped_at;

use insula_tests::support::{App, Database};
use tokio_postgres::NoTls;

/// The role that serves.
const RUNTIME: &str = "insula_runtime";

/// The tables of tenants' rows, each with the column that names the tenant: as the database's catalogue has them.
fn tables(database: &Database) -> Vec<(String, &'static str)> {
    let tables = database.tables().into_iter().filter_map(|(table, columns)| {
        let named = columns.iter().any(|column| column == "tenant_id");
        let column = if table == "tenant" { Some("id") } else { named.then_some("tenant_id") };
        column.map(|column| (table, column))
    });
    let tables: Vec<_> = tables.collect();
    assert!(tables.len() >= 13, "only {tables:?}");
    tables
}

/// The text, and the text with each of some places changed.
pub fn and_changed(text: &str) -> Vec<String> {
    let mut all = vec![text.to_owned()];
    for at in (0..text.len()).step_by(1 + text.len() / 16).filter(|at| text.is_char_boundary(*at)) {
        let mut bytes = text.as_bytes().to_vec();
        bytes[at] = if bytes[at] == b'a' { b'b' } else { b'a' };
        all.extend(String::from_utf8(bytes).ok());
    }
    all
}

/// Runs statements one after another in one transaction, as the role that serves and for a scope, as a component could
/// if it had the connection for itself; returns the first value of the last one, or why one was refused. Nothing stays.
fn as_runtime(app: &App, scope: Option<&str>, statements: &[&str]) -> Result<String, String> {
    let Database::Postgres(address) = app.db() else { panic!("only PostgreSQL has roles") };
    insula_tests::support::block_on(async {
        let (client, connection) = tokio_postgres::connect(address, NoTls).await.unwrap();
        let connection = tokio::spawn(connection);
        client.batch_execute(&format!("begin; set local role {RUNTIME}")).await.unwrap();
        if let Some(scope) = scope {
            client.query_one("select set_config('insula.scope', $1, true)", &[&scope]).await.unwrap();
        }
        let mut last = Ok(String::new());
        for statement in statements {
            last = match client.simple_query(statement).await {
                Ok(messages) => Ok(messages.iter().find_map(first).unwrap_or_default()),
                Err(error) => {
                    Err(error.as_db_error().map_or_else(String::new, |told| told.message().to_owned()))
                }
            };
            if last.is_err() {
                break;
            }
        }
        drop(client);
        let _ = connection.await;
        last
    })
}

#[expect(clippy::wildcard_enum_match_arm, reason = "what else a server may say is of no interest")]
fn first(message: &tokio_postgres::SimpleQueryMessage) -> Option<String> {
    match message {
        tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        tokio_postgres::SimpleQueryMessage::CommandComplete(rows) => Some(rows.to_string()),
        _ => None,
    }
}
