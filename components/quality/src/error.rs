//! How an analysis is refused, and what a client is told about it.

use insula_kit::catalogue;
use insula_kit::problem::{Problem, QUOTA_EXCEEDED};
use insula_kit::schema::Failure;
use insula_kit::sql;
use insula_kit::time::Timestamp;
use insula_kit::validate::FieldError;

use crate::analysis::Refusal;

catalogue! {
    /// The file can't be analysed: `errors` says why, `line` on which of its lines. Correct the file and send it again.
    NOT_ANALYZABLE = 422 "not-analyzable" "The file can't be analysed";
}

/// Why an operation on reports failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file is not what can be analysed.
    #[error("the file was refused")]
    Refused(Refusal),
    /// The plan doesn't include that many rows more.
    #[error("{used} of {quota} rows are used, {asked} more were asked for")]
    QuotaExceeded {
        /// Rows counted in the period.
        used: i64,
        /// The most rows in the period.
        quota: i64,
        /// Rows of the file.
        asked: i64,
        /// Now.
        now: Timestamp,
        /// When the counter starts again.
        reset_at: Timestamp,
    },
    /// The database failed.
    #[error("report storage failed")]
    Storage(#[from] Failure),
}

impl From<sql::Error> for Error {
    fn from(error: sql::Error) -> Self {
        Self::Storage(error.into())
    }
}

impl From<Error> for Problem {
    // No `_` arm: a new variant must choose what clients see.
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(refusal) => refused(&refusal),
            Error::QuotaExceeded { used, quota, asked, now, reset_at } => {
                let wait_ms = reset_at.as_ms().saturating_sub(now.as_ms()).max(0);
                Self::new(&QUOTA_EXCEEDED)
                    .detail(format!(
                        "The file has {asked} rows; {} of {quota} are left.",
                        (quota - used).max(0)
                    ))
                    .member("metric", insula_domain::metric::ROWS_ANALYZED)
                    .member("limit", quota)
                    .member("used", used)
                    .member("reset_at", reset_at.to_rfc3339())
                    .retry_after(u64::try_from(wait_ms.div_euclid(1_000) + 1).unwrap_or(1))
            }
            Error::Storage(failure) => failure.into(),
        }
    }
}

fn refused(refusal: &Refusal) -> Problem {
    let pointer = if refusal.reason.code() == "unknown_label_column" { "label_column" } else { "file" };
    let place = refusal.line.map(|line| format!(" (line {line})")).unwrap_or_default();
    let problem = Problem::new(&NOT_ANALYZABLE)
        .detail(format!("{}{place}.", sentence(&refusal.reason.to_string())))
        .at(FieldError::new(pointer, refusal.reason.code(), refusal.reason.to_string()));
    match refusal.line {
        Some(line) => problem.member("line", line),
        None => problem,
    }
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
