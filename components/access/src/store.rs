//! The decision and its effect in the database.

mod postgres;
mod sqlite;

use insula_sql::{Db, Error};

use crate::service::{Decision, Question};

/// Decides about one call and counts it, if it is let in. None for a credential that nobody has.
///
/// # Errors
///
/// When the database fails; nothing was counted then.
pub async fn decide(db: &Db, question: &Question) -> Result<Option<Decision>, Error> {
    match db {
        Db::Postgres(address) => postgres::decide(address, question).await,
        #[cfg(not(target_family = "wasm"))]
        Db::Memory(_) => sqlite::decide(db, question).await,
        Db::Sqlite => sqlite::decide(db, question).await,
    }
}
