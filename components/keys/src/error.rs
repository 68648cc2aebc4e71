//! Why an operation on keys is refused, and what a client is told about it.

use insula_kit::Problem;
use insula_kit::problem::{FORBIDDEN, INVALID, MALFORMED, NOT_FOUND, UNAUTHENTICATED};
use insula_kit::validate::FieldError;

use crate::api_key::UNREVOKED_LIMIT;
use crate::leak::REPORTS_LIMIT;

insula_kit::catalogue! {
    /// The tenant has as many keys as it may have that are not revoked. Revoke one that is no longer needed.
    KEY_LIMIT = 409 "key-limit" "The tenant has too many keys";
    /// The key is revoked or has expired, so there is nothing to change any more. Make another key.
    KEY_ENDED = 409 "key-ended" "The key has ended";
    /// The key was rotated and has a successor. Rotate or change that one; this one ends by itself.
    KEY_ROTATED = 409 "key-rotated" "The key has a successor";
    /// This text can't be imported: it is in use already, here or elsewhere, or it was. Who isn't told, so as not to tell
    /// one customer about another.
    KEY_NOT_IMPORTABLE = 409 "key-not-importable" "The key can't be imported";
}

/// A refusal.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The input breaks a rule.
    #[error("the input is not valid")]
    Invalid(Vec<FieldError>),
    /// The tenant has [`UNREVOKED_LIMIT`] keys that are not revoked.
    #[error("the tenant has too many keys")]
    KeyLimit,
    /// The tenant has no such key.
    #[error("no such key")]
    NotFound,
    /// The key is revoked or has expired.
    #[error("the key has ended")]
    Ended,
    /// The key has a successor.
    #[error("the key has a successor")]
    Rotated,
    /// Some tenant has imported the key.
    #[error("the key can't be imported")]
    NotImportable,
    /// The successor of the key could do more than the caller can give away.
    #[error("the key may do more than the caller")]
    Mightier,
    /// The key that is calling was changed or has ended since it was let in.
    #[error("the calling key has ended")]
    CallerEnded,
    /// A report of leaked keys isn't signed by who may send some.
    #[error("the report proves nothing")]
    Unsigned,
    /// A report of leaked keys can't be read.
    #[error("the report can't be read")]
    Unreadable,
    /// A report names too many keys, or none.
    #[error("the report has too many items or none")]
    ReportLength,
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Invalid(errors) => Self::from(errors),
            Error::KeyLimit => Self::new(&KEY_LIMIT)
                .detail(format!("A tenant has at most {UNREVOKED_LIMIT} keys that are not revoked."))
                .member("limit", UNREVOKED_LIMIT),
            Error::NotFound => Self::new(&NOT_FOUND),
            Error::Ended => Self::new(&KEY_ENDED),
            Error::Rotated => Self::new(&KEY_ROTATED),
            Error::NotImportable => Self::new(&KEY_NOT_IMPORTABLE),
            Error::Mightier => {
                Self::new(&FORBIDDEN).detail("The key may do more than the caller could give to a new key.")
            }
            Error::Unsigned | Error::CallerEnded => Self::challenge(&UNAUTHENTICATED),
            Error::Unreadable => Self::new(&MALFORMED),
            Error::ReportLength => {
                let detail = format!("must have 1 to {REPORTS_LIMIT} items");
                let error = FieldError { pointer: String::new(), code: "length", detail };
                Self::new(&INVALID).at(error)
            }
        }
    }
}
