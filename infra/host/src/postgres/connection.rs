//! A connection while a component has it.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use deadpool_postgres::Object;
use futures::{Stream, StreamExt};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{CancelToken, Error, NoTls, Row, RowStream, Statement};
use tokio_postgres_rustls::MakeRustlsConnect;

/// How long a server may take to let a statement be stopped.
const CANCEL_PATIENCE: Duration = Duration::from_secs(5);

/// How many rows are read before a component gets the first: most results are complete by then.
const READ_AHEAD: usize = 64;
/// And how many bytes of them: rows may be large.
const READ_AHEAD_BYTES: usize = 1 << 20;
/// How many statements a connection remembers before it forgets them all.
const CACHED_STATEMENTS: usize = 1024;

/// A pooled connection. It goes back when dropped, unless something of its use is left on it: an
/// open transaction, a setting, an unfinished statement. Then it is closed.
pub(crate) struct Connection {
    client: Option<Object>,
    /// What its TLS was made with, if it has any: a statement is stopped over a connection of its own.
    tls: Option<MakeRustlsConnect>,
    /// A statement ran that can outlive itself.
    marked: AtomicBool,
    /// A statement was given up before its end.
    abandoned: AtomicBool,
}

/// What a query found.
pub(crate) struct Found {
    pub(crate) statement: Statement,
    pub(crate) first: Vec<Row>,
    /// The error that ended the rows already read, or the rows still to come.
    pub(crate) rest: Result<Option<Rest>, Error>,
}

/// Rows that are still being read; keeps the connection until they are.
pub(crate) struct Rest {
    rows: Pin<Box<RowStream>>,
    flight: Flight,
}

/// A statement under way.
struct Flight {
    connection: Arc<Connection>,
    landed: bool,
}

impl Connection {
    pub(super) fn new(client: Object, tls: Option<MakeRustlsConnect>) -> Arc<Self> {
        let (marked, abandoned) = (AtomicBool::new(false), AtomicBool::new(false));
        Arc::new(Self { client: Some(client), tls, marked, abandoned })
    }

    /// Runs a query and reads its first rows.
    pub(crate) async fn query<P: ToSql + Sync>(
        self: &Arc<Self>,
        sql: &str,
        parameters: &[P],
    ) -> Result<Option<Found>, Error> {
        let Some(client) = &self.client else { return Ok(None) };
        let mut flight = self.take_off(sql);
        let statement = self.prepare(client, sql).await?;
        let (statement, rows) = match client.query_raw(&statement, parameters.iter()).await {
            Err(error) if self.is_stale(&error) => {
                let statement = self.prepare_anew(client, sql).await?;
                let rows = client.query_raw(&statement, parameters.iter()).await;
                (statement, rows)
            }
            rows => (statement, rows),
        };
        let mut rows = match rows {
            Ok(rows) => Box::pin(rows),
            Err(error) => {
                flight.landed = true;
                self.leave_if_ended(&error);
                return Err(error);
            }
        };
        let (mut first, mut bytes) = (Vec::new(), 0);
        while first.len() < READ_AHEAD && bytes < READ_AHEAD_BYTES {
            match rows.next().await {
                Some(Ok(row)) => {
                    bytes += row.raw_size_bytes();
                    first.push(row);
                }
                Some(Err(error)) => {
                    flight.landed = true;
                    self.leave_if_ended(&error);
                    return Ok(Some(Found { statement, first, rest: Err(error) }));
                }
                None => {
                    flight.landed = true;
                    return Ok(Some(Found { statement, first, rest: Ok(None) }));
                }
            }
        }
        Ok(Some(Found { statement, first, rest: Ok(Some(Rest { rows, flight })) }))
    }

    /// Runs a statement for the number of rows it touched.
    pub(crate) async fn execute<P: ToSql + Sync>(
        self: &Arc<Self>,
        sql: &str,
        parameters: &[P],
    ) -> Result<Option<u64>, Error> {
        let Some(client) = &self.client else { return Ok(None) };
        let mut flight = self.take_off(sql);
        let statement = self.prepare(client, sql).await?;
        let touched = match client.execute_raw(&statement, parameters.iter()).await {
            Err(error) if self.is_stale(&error) => {
                let statement = self.prepare_anew(client, sql).await?;
                client.execute_raw(&statement, parameters.iter()).await
            }
            touched => touched,
        };
        flight.landed = true;
        touched.inspect_err(|error| self.leave_if_ended(error)).map(Some)
    }

    fn take_off(self: &Arc<Self>, sql: &str) -> Flight {
        if !ends_with_itself(sql) {
            self.marked.store(true, Ordering::Release);
        }
        Flight { connection: self.clone(), landed: false }
    }

    async fn prepare(&self, client: &Object, sql: &str) -> Result<Statement, Error> {
        if client.statement_cache.size() >= CACHED_STATEMENTS {
            client.statement_cache.clear();
        }
        client.prepare_cached(sql).await
    }

    async fn prepare_anew(&self, client: &Object, sql: &str) -> Result<Statement, Error> {
        client.statement_cache.clear();
        client.prepare_cached(sql).await
    }

    /// What the server ended it does not go back to the pool, where it looks sound until its socket closes: the next one to
    /// ask would be refused as well.
    fn leave_if_ended(&self, error: &Error) {
        if error.is_closed() || error.code().is_some_and(|code| code.code().starts_with("57P")) {
            self.marked.store(true, Ordering::Release);
        }
    }

    /// A statement that was prepared before a migration and returns other columns since. Nothing
    /// of it has run, so it is prepared and tried again; inside a transaction it cannot be.
    fn is_stale(&self, error: &Error) -> bool {
        let stale = [SqlState::FEATURE_NOT_SUPPORTED, SqlState::INVALID_SQL_STATEMENT_NAME];
        let code = error.code();
        !self.marked.load(Ordering::Acquire) && stale.iter().any(|stale| code == Some(stale))
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let Some(client) = self.client.take() else { return };
        let abandoned = self.abandoned.load(Ordering::Acquire);
        if !abandoned && !self.marked.load(Ordering::Acquire) {
            return;
        }
        let client = Object::take(client);
        if abandoned && let Ok(runtime) = tokio::runtime::Handle::try_current() {
            // At best the server stops early; closing the connection makes sure that it stops. One that lets itself be asked and
            // then says nothing is not listened to for ever.
            let asked = cancel(client.cancel_token(), self.tls.take());
            runtime.spawn(tokio::time::timeout(CANCEL_PATIENCE, asked));
        }
    }
}

async fn cancel(token: CancelToken, tls: Option<MakeRustlsConnect>) -> Result<(), Error> {
    match tls {
        Some(tls) => token.cancel_query(tls).await,
        None => token.cancel_query(NoTls).await,
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        if !self.landed {
            self.connection.abandoned.store(true, Ordering::Release);
        }
    }
}

impl Stream for Rest {
    type Item = Result<Row, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let polled = self.rows.as_mut().poll_next(context);
        if matches!(polled, Poll::Ready(None | Some(Err(_)))) {
            self.flight.landed = true;
        }
        polled
    }
}

/// Whether nothing of a statement is left on the connection once it has run. `set` inside a function or procedure escapes
/// this, as it does everywhere.
fn ends_with_itself(sql: &str) -> bool {
    const LASTING: &str = "set_config";
    if sql.as_bytes().windows(LASTING.len()).any(|part| part.eq_ignore_ascii_case(LASTING.as_bytes())) {
        return false;
    }
    const HARMLESS: [&str; 10] =
        ["select", "insert", "update", "delete", "with", "values", "merge", "table", "explain", "call"];
    let mut rest = sql.trim_start_matches(|char: char| char.is_whitespace() || char == '(' || char == ';');
    while let Some(comment) = rest.strip_prefix("--") {
        rest = comment.split_once('\n').map_or("", |(_, after)| after).trim_start();
    }
    let end = rest.find(|char: char| !char.is_ascii_alphabetic()).unwrap_or(rest.len());
    HARMLESS.iter().any(|word| rest[..end].eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_outlive_itself_is_recognised() {
        for harmless in
            ["select 1", "  -- find it\n-- quickly\nSELECT 1", "with a as (select 1) insert", "call f()"]
        {
            assert!(ends_with_itself(harmless), "{harmless}");
        }
        for lasting in [
            "begin",
            "BEGIN; select 1",
            "set role x",
            "-- x\nstart transaction",
            "create temp table t()",
            "",
            "select Set_Config('search_path', 'x', false)",
        ] {
            assert!(!ends_with_itself(lasting), "{lasting}");
        }
    }
}
