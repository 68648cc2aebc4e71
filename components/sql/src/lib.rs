//! The SQL seam: the one way to the database, the same on SQLite and on PostgreSQL.
//!
//! A use case is one [`Db::batch`]: all of its statements happen, or none. Each statement is written once, in the
//! subset that both databases speak, and returns rows (`select …` or `… returning …`). A statement that is marked
//! [`Statement::required`] must return a row; if it doesn't, nothing of the batch happens and the caller is told
//! which one it was ([`Error::Refused`]). So a conflict is data, not an exception, and no error text is read.
//!
//! What changes something also appends to the audit log, in the same batch: [`Statement::append`].
//!
//! Every batch states its [`Scope`]: for whom it is run. On PostgreSQL a batch is *one* statement, a call of the
//! function `insula_batch_3`, because Spin hands a pooled connection on as it was left: a transaction that is open
//! across two calls leaks into the next request when a component traps in between. On SQLite every open is a fresh
//! connection, and a batch is `BEGIN IMMEDIATE … COMMIT`.
//!
//! Beside the seam stand what its statements carry, typed ids ([`id`]) and times ([`time`]), and the settings that say
//! which database it is ([`config`]). Nothing here knows of HTTP or of the guard, so the guard is built on it as well.

mod append;
pub mod bindings;
pub mod config;
mod explain;
mod foreign;
pub mod id;
pub mod master_keys;
mod numbering;
pub mod own;
mod postgres;
mod row;
mod sqlite;
mod statement;
pub mod time;

#[cfg(not(target_family = "wasm"))]
pub mod memory;

pub use append::Append;
pub use explain::Visit;
pub use row::{Row, Rows};
pub use statement::{Param, Statement};

use crate::id::{TenantId, UserId};

/// For whom a batch is run. The database is told, with the batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// For one tenant: only its rows.
    Tenant(TenantId),
    /// For one person: only what is its own.
    Person(UserId),
    /// For the operator of the platform.
    Operator,
    /// For the system itself: signing up, logging in, what is due by schedule.
    System,
}

impl Scope {
    /// The scope as the database is told.
    #[must_use]
    pub fn to_text(self) -> String {
        match self {
            Self::Tenant(id) => id.to_string(),
            Self::Person(id) => id.to_string(),
            Self::Operator => "operator".to_owned(),
            Self::System => "system".to_owned(),
        }
    }
}

/// Why a batch did not happen. Nothing of it was stored.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A required statement returned no row: the one at this place, counted from 0.
    #[error("required statement {0} returned no row")]
    Refused(usize),
    /// Another writer was in the way for too long. The same batch may succeed later.
    #[error("the database is busy")]
    Busy,
    /// The database can't be reached. The text is for logs.
    #[error("the database can't be reached: {0}")]
    Unreachable(String),
    /// The database refused a statement. The text is for logs.
    #[error("the database refused a statement: {0}")]
    Statement(String),
    /// A row is not what the code expects.
    #[error("unexpected value in column `{0}`")]
    Decode(String),
    /// The batch speaks of product data of a tenant that has a database of its own ([`own`]).
    #[error("the product data of the tenant is in a database of its own")]
    Elsewhere,
    /// The batch is for one tenant and asks by another's id: a fault of the code that made it.
    #[error("a statement for one tenant asks by the id of another")]
    Foreign,
}

/// What one part of bringing tenants' own schemas up to date has done.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Schemas {
    /// The last tenant that the part came to; none when there was none left.
    pub last: Option<String>,
    /// How many are up to date now that weren't.
    pub done: i64,
    /// How many were left as they are because their tables were busy.
    pub busy: i64,
}

/// The database of this component.
#[derive(Clone, Debug)]
pub enum Db {
    /// Spin's SQLite database `default`.
    Sqlite,
    /// PostgreSQL, by its address.
    Postgres(String),
    /// SQLite in this process, for tests.
    #[cfg(not(target_family = "wasm"))]
    Memory(memory::Memory),
}

impl Db {
    /// Runs the statements for `scope`, all or none, and returns the rows of each.
    ///
    /// # Errors
    ///
    /// As [`Error`] says; nothing was stored.
    pub async fn batch(&self, scope: Scope, statements: Vec<Statement>) -> Result<Vec<Rows>, Error> {
        self.batch_of(scope, &statements).await
    }

    /// The same, for who may need the statements again.
    ///
    /// # Errors
    ///
    /// As [`Self::batch`].
    pub async fn batch_of(&self, scope: Scope, statements: &[Statement]) -> Result<Vec<Rows>, Error> {
        foreign::ensure(scope, statements)?;
        match self {
            Self::Sqlite => sqlite::batch(statements),
            Self::Postgres(address) => postgres::batch(address, scope, statements),
            #[cfg(not(target_family = "wasm"))]
            Self::Memory(memory) => memory.batch(statements),
        }
    }

    /// Runs one statement for `scope`.
    ///
    /// # Errors
    ///
    /// As [`Self::batch`].
    pub async fn query(&self, scope: Scope, statement: Statement) -> Result<Rows, Error> {
        Ok(self.batch(scope, vec![statement]).await?.pop().unwrap_or_default())
    }

    /// How the statement would find its rows, table by table, if it were run for `scope`. It isn't.
    ///
    /// # Errors
    ///
    /// As [`Self::batch`].
    pub async fn explain(&self, scope: Scope, statement: &Statement) -> Result<Vec<Visit>, Error> {
        match self {
            Self::Sqlite => sqlite::explain(statement),
            Self::Postgres(address) => postgres::explain(address, scope, statement),
            #[cfg(not(target_family = "wasm"))]
            Self::Memory(memory) => memory.explain(statement),
        }
    }

    /// Calls a function of a migration with typed parameters: one statement, one round trip, for the hot path.
    /// PostgreSQL only; on SQLite there are no functions, so the caller has another way there.
    ///
    /// # Errors
    ///
    /// As [`Self::batch`].
    pub async fn call(address: &str, text: &str, params: &[Param]) -> Result<Rows, Error> {
        postgres::query(address, text, params)
    }

    /// Brings the schema up to date, step by step; each step happens whole or not at all, and once, however many
    /// runners there are. Returns the numbers of the steps that were still to do when this call came to them.
    ///
    /// # Errors
    ///
    /// As [`Self::batch`], at the first step that fails; the ones before it stay.
    pub async fn migrate(&self, at_ms: i64) -> Result<Vec<u32>, Error> {
        match self {
            Self::Sqlite => sqlite::migrate(at_ms),
            Self::Postgres(address) => postgres::migrate(address, at_ms),
            #[cfg(not(target_family = "wasm"))]
            Self::Memory(memory) => memory.migrate(at_ms),
        }
    }

    /// Brings up to `most` tenants' own schemas up to date, those after the given tenant, in one transaction. Others may
    /// do the same at once, and a tenant whose call comes first has it done by that call. On SQLite there are none.
    ///
    /// # Errors
    ///
    /// As [`Self::batch`].
    pub async fn migrate_schemas(&self, after: &str, most: i64) -> Result<Schemas, Error> {
        match self {
            Self::Postgres(address) => postgres::migrate_schemas(address, after, most),
            Self::Sqlite => Ok(Schemas::default()),
            #[cfg(not(target_family = "wasm"))]
            Self::Memory(_) => Ok(Schemas::default()),
        }
    }

    /// How many tenants' own schemas are not up to date.
    ///
    /// # Errors
    ///
    /// As [`Self::batch`].
    pub async fn schemas_behind(&self) -> Result<i64, Error> {
        match self {
            Self::Postgres(address) => postgres::schemas_behind(address),
            Self::Sqlite => Ok(0),
            #[cfg(not(target_family = "wasm"))]
            Self::Memory(_) => Ok(0),
        }
    }

    /// The number of the newest step that was done; 0 for an empty database.
    ///
    /// # Errors
    ///
    /// [`Error::Unreachable`] or [`Error::Busy`].
    pub async fn schema(&self) -> Result<u32, Error> {
        match self {
            Self::Sqlite => sqlite::schema(),
            Self::Postgres(address) => postgres::schema(address),
            #[cfg(not(target_family = "wasm"))]
            Self::Memory(memory) => memory.schema(),
        }
    }
}
