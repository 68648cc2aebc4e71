//! What a component is told when a statement fails.

use std::error::Error as StdError;

use super::parameter::Unsuitable;
use super::value::Unreadable;
use crate::interfaces::bindings::spin::postgres::postgres::{DbError, Error, QueryError};
use crate::postgres::Unreachable;

/// The connection has been given back.
pub(super) fn closed() -> Error {
    Error::ConnectionFailed("the connection is closed".to_owned())
}

/// The server took too long.
pub(super) fn silent() -> Error {
    Error::ConnectionFailed("the server does not answer".to_owned())
}

/// More was selected than a component can be given.
pub(super) fn too_large(most: usize) -> Error {
    Error::QueryFailed(QueryError::Text(format!("the result is larger than {most} bytes")))
}

impl From<Unreachable> for Error {
    fn from(error: Unreachable) -> Self {
        Self::ConnectionFailed(error.to_string())
    }
}

impl From<Unreadable> for Error {
    fn from(error: Unreadable) -> Self {
        Self::ValueConversionFailed(error.0)
    }
}

impl From<tokio_postgres::Error> for Error {
    fn from(error: tokio_postgres::Error) -> Self {
        if let Some(unsuitable) = error.source().and_then(|source| source.downcast_ref::<Unsuitable>()) {
            return Self::BadParameter(unsuitable.to_string());
        }
        let Some(said) = error.as_db_error() else {
            return match error.source() {
                Some(source) => Self::QueryFailed(QueryError::Text(format!("{error}: {source}"))),
                None => Self::QueryFailed(QueryError::Text(error.to_string())),
            };
        };
        let extras = [
            ("hint", said.hint()),
            ("schema", said.schema()),
            ("table", said.table()),
            ("column", said.column()),
            ("datatype", said.datatype()),
            ("constraint", said.constraint()),
        ];
        Self::QueryFailed(QueryError::DbError(DbError {
            as_text: said.to_string(),
            severity: said.severity().to_owned(),
            code: said.code().code().to_owned(),
            message: said.message().to_owned(),
            detail: said.detail().map(str::to_owned),
            extras: extras
                .into_iter()
                .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
                .collect(),
        }))
    }
}
