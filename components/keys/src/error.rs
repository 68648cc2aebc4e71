//! Why an operation on keys is refused, and what a client is told about it.

use insula_kit::Problem;
use insula_kit::problem::NOT_FOUND;
use insula_kit::validate::FieldError;

use crate::api_key::UNREVOKED_LIMIT;

insula_kit::catalogue! {
    /// The tenant has as many keys as it may have that are not revoked. Revoke one that is no longer needed.
    KEY_LIMIT = 409 "key-limit" "The tenant has too many keys";
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
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Invalid(errors) => Self::from(errors),
            Error::KeyLimit => Self::new(&KEY_LIMIT)
                .detail(format!("A tenant has at most {UNREVOKED_LIMIT} keys that are not revoked."))
                .member("limit", UNREVOKED_LIMIT),
            Error::NotFound => Self::new(&NOT_FOUND),
        }
    }
}
