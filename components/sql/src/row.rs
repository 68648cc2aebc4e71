//! What a statement returned.

use std::rc::Rc;

use super::Error;
use crate::id::{Id, Kind};
use crate::time::Timestamp;

/// A value of a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A whole number.
    Integer(i64),
    /// A number.
    Real(f64),
    /// Text.
    Text(String),
}

/// One row, read by the names of its columns.
#[derive(Clone, Debug)]
pub struct Row {
    columns: Rc<[String]>,
    values: Vec<Value>,
}

/// The rows of one statement.
pub type Rows = Vec<Row>;

impl Row {
    pub(super) fn new(columns: Rc<[String]>, values: Vec<Value>) -> Self {
        Self { columns, values }
    }

    fn value(&self, column: &str) -> Result<&Value, Error> {
        let at = self.columns.iter().position(|name| name == column);
        at.and_then(|at| self.values.get(at)).ok_or_else(|| Error::Decode(column.to_owned()))
    }

    /// Text that may be null.
    ///
    /// # Errors
    ///
    /// [`Error::Decode`] if there is no such column or it holds something else; so for all of these.
    pub fn optional_text(&self, column: &str) -> Result<Option<String>, Error> {
        match self.value(column)? {
            Value::Null => Ok(None),
            Value::Text(text) => Ok(Some(text.clone())),
            Value::Integer(_) | Value::Real(_) => Err(Error::Decode(column.to_owned())),
        }
    }

    /// Text.
    ///
    /// # Errors
    ///
    /// As [`Self::optional_text`], and for null.
    pub fn text(&self, column: &str) -> Result<String, Error> {
        self.optional_text(column)?.ok_or_else(|| Error::Decode(column.to_owned()))
    }

    /// A whole number that may be null.
    ///
    /// # Errors
    ///
    /// As [`Self::optional_text`].
    pub fn optional_integer(&self, column: &str) -> Result<Option<i64>, Error> {
        match self.value(column)? {
            Value::Null => Ok(None),
            Value::Integer(number) => Ok(Some(*number)),
            Value::Text(_) | Value::Real(_) => Err(Error::Decode(column.to_owned())),
        }
    }

    /// A whole number.
    ///
    /// # Errors
    ///
    /// As [`Self::text`].
    pub fn integer(&self, column: &str) -> Result<i64, Error> {
        self.optional_integer(column)?.ok_or_else(|| Error::Decode(column.to_owned()))
    }

    /// A number; whole numbers are numbers too.
    ///
    /// # Errors
    ///
    /// As [`Self::text`].
    pub fn real(&self, column: &str) -> Result<f64, Error> {
        match self.value(column)? {
            Value::Real(number) => Ok(*number),
            #[expect(
                clippy::cast_precision_loss,
                reason = "a column of numbers holds no exact large integers"
            )]
            Value::Integer(number) => Ok(*number as f64),
            Value::Null | Value::Text(_) => Err(Error::Decode(column.to_owned())),
        }
    }

    /// A point in time, stored in milliseconds.
    ///
    /// # Errors
    ///
    /// As [`Self::text`].
    pub fn time(&self, column: &str) -> Result<Timestamp, Error> {
        self.integer(column).map(Timestamp::from_ms)
    }

    /// A point in time that may be null.
    ///
    /// # Errors
    ///
    /// As [`Self::optional_text`].
    pub fn optional_time(&self, column: &str) -> Result<Option<Timestamp>, Error> {
        Ok(self.optional_integer(column)?.map(Timestamp::from_ms))
    }

    /// An id.
    ///
    /// # Errors
    ///
    /// As [`Self::text`], and for text that is no such id.
    pub fn id<K: Kind>(&self, column: &str) -> Result<Id<K>, Error> {
        Id::parse(&self.text(column)?).ok_or_else(|| Error::Decode(column.to_owned()))
    }

    /// A word of one of our own enumerations.
    ///
    /// # Errors
    ///
    /// As [`Self::text`], and for a word that `parse` doesn't know.
    pub fn word<T>(&self, column: &str, parse: impl Fn(&str) -> Option<T>) -> Result<T, Error> {
        parse(&self.text(column)?).ok_or_else(|| Error::Decode(column.to_owned()))
    }
}
