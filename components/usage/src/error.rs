//! How reading usage fails, and what a client is told about it.

use insula_kit::Problem;
use insula_kit::problem::NOT_FOUND;
use insula_kit::sql;

/// Why there are no figures.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The tenant went away between the guard's answer and the statement.
    #[error("the tenant is gone")]
    NoTenant,
    /// The database failed.
    #[error("usage storage failed")]
    Storage(#[from] sql::Error),
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::NoTenant => Self::new(&NOT_FOUND),
            Error::Storage(source) => source.into(),
        }
    }
}
