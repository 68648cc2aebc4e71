//! Why the audit log is not shown or not proven, and what a client is told about it.

use insula_kit::Problem;
use insula_kit::problem::{INTERNAL, NOT_FOUND, UNAVAILABLE};

insula_kit::catalogue! {
    /// The audit log is not what was recorded: somebody who can write to the database has changed it. `entry`, where it is
    /// known, is the first entry that shows it. Ask for a full verification, and keep a copy of the database.
    LOG_ALTERED = 409 "audit-log-altered" "The audit log was altered";
    /// Nothing of the audit log was signed yet, or not at that size. Make a checkpoint first.
    NO_CHECKPOINT = 409 "no-checkpoint" "There is no such checkpoint";
}

/// What a log that is being caught up with is answered as.
pub const CATCHING_UP_SLUG: &str = UNAVAILABLE.slug;

/// A refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no such tenant.
    #[error("no such log")]
    NoSuchLog,
    /// What is stored is not what was recorded.
    #[error("the log was altered")]
    Altered {
        /// The first entry that shows it, if it is known.
        entry: Option<u64>,
    },
    /// Nothing was signed, or not at that size.
    #[error("no checkpoint")]
    NoCheckpoint,
    /// The tree is still being extended: each call does a part.
    #[error("the tree is being extended")]
    CatchingUp,
    /// The server's address can't be the name of who signs.
    #[error("the variable `public_url` is no name")]
    Unnamed,
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::NoSuchLog => Self::new(&NOT_FOUND),
            Error::Altered { entry: Some(entry) } => Self::new(&LOG_ALTERED).member("entry", entry),
            Error::Altered { entry: None } => Self::new(&LOG_ALTERED),
            Error::NoCheckpoint => Self::new(&NO_CHECKPOINT),
            Error::CatchingUp => Self::new(&UNAVAILABLE)
                .detail("The tree over the log is being extended, by a part at each call.")
                .retry_after(1),
            Error::Unnamed => Self::new(&INTERNAL).caused_by(error),
        }
    }
}
