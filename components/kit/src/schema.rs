//! The check that the database's schema is as new as this release needs, once an instance.

use std::cell::Cell;

use crate::cx::Cx;
use crate::own_database;
use crate::problem::{NOT_MIGRATED, Problem};
use crate::sql::{self, Db, Rows, Scope, Statement};

thread_local! {
    static CURRENT: Cell<bool> = const { Cell::new(false) };
}

/// Why an operation could not use the database.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The schema is older than this release needs.
    #[error("the schema is at step {found}, this release needs {needed}")]
    NotMigrated {
        /// The newest step that was done.
        found: u32,
        /// The step that is needed.
        needed: u32,
    },
    /// The database refused.
    #[error(transparent)]
    Database(#[from] sql::Error),
    /// What a tenant's own database is opened with could not be had.
    #[error("a tenant's own database can't be opened: {}", .0.kind().slug)]
    Unopened(Box<Problem>),
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Unopened(Box::new(problem))
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::NotMigrated { .. } => Self::new(&NOT_MIGRATED).retry_after(10).caused_by(failure),
            Failure::Database(error) => error.into(),
            Failure::Unopened(problem) => *problem,
        }
    }
}

/// Sees that the schema is new enough. A schema only grows, so an instance that has seen it doesn't look again.
///
/// # Errors
///
/// [`Failure::NotMigrated`], or that the database can't be asked.
pub async fn ensure(db: &Db) -> Result<(), Failure> {
    if CURRENT.get() {
        return Ok(());
    }
    let (found, needed) = (db.schema().await?, insula_migrations::newest());
    if found < needed {
        return Err(Failure::NotMigrated { found, needed });
    }
    CURRENT.set(true);
    Ok(())
}

impl Cx {
    /// Runs the statements for `scope`, all or none.
    ///
    /// # Errors
    ///
    /// As [`Db::batch`], and for an old schema.
    pub async fn batch(&self, scope: Scope, statements: Vec<Statement>) -> Result<Vec<Rows>, Failure> {
        ensure(self.db()).await?;
        match self.db().batch_of(scope, &statements).await {
            // Nothing of it happened.
            Err(sql::Error::Elsewhere) => Box::pin(own_database::batch(self, scope, statements)).await,
            results => Ok(results?),
        }
    }

    /// Runs one statement for `scope`.
    ///
    /// # Errors
    ///
    /// As [`Self::batch`].
    pub async fn query(&self, scope: Scope, statement: Statement) -> Result<Rows, Failure> {
        Ok(self.batch(scope, vec![statement]).await?.pop().unwrap_or_default())
    }
}
