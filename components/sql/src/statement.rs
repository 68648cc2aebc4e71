//! One statement and its parameters.

use crate::append::Append;
use crate::id::{Id, Kind};
use crate::time::Timestamp;

/// A value for one parameter. Each is of one type, so that PostgreSQL knows the type of a null as well.
#[derive(Clone, Debug, PartialEq)]
pub enum Param {
    /// Text, or null.
    Text(Option<String>),
    /// A whole number, or null. Truth is 0 or 1.
    Integer(Option<i64>),
    /// A number, or null.
    Real(Option<f64>),
}

/// One statement with its parameters.
#[derive(Clone, Debug)]
pub struct Statement {
    /// What it says.
    pub text: &'static str,
    /// The values for `$1`, `$2` ….
    pub params: Vec<Param>,
    /// Whether the batch happens only if this statement returns a row.
    pub required: bool,
    /// Whether it speaks of the tenant's product data: it is run where the tenant has them, and there alone.
    pub product: bool,
    /// Whether it changes product data. Only then is it told apart: where a tenant has a database of its own, what reads is
    /// run there, and what changes is done there once the rest of the batch is stored.
    pub changes: bool,
    /// The entry of the audit log that it appends, if that is what it does.
    pub append: Option<Append>,
}

impl Statement {
    /// A statement that may return no row.
    pub fn new(text: &'static str, params: Vec<Param>) -> Self {
        Self { text, params, required: false, product: false, changes: false, append: None }
    }

    /// A statement without whose row nothing of the batch happens.
    pub fn required(text: &'static str, params: Vec<Param>) -> Self {
        Self { required: true, ..Self::new(text, params) }
    }

    /// A statement that reads the tenant's product data. Its tables are the ones of `infra/migrations/tenant`, and the batch
    /// is for that tenant.
    pub fn product(text: &'static str, params: Vec<Param>) -> Self {
        Self { product: true, ..Self::new(text, params) }
    }

    /// A statement that changes the tenant's product data. It must be one that can't fail for what is stored, such as the
    /// insertion of a new id: in a tenant's own database it is done after the batch, which counts it as done. So nobody sees
    /// the row that it returns.
    pub fn product_change(text: &'static str, params: Vec<Param>) -> Self {
        Self { changes: true, ..Self::product(text, params) }
    }

    /// The same, but without its row nothing of the batch happens.
    #[must_use]
    pub fn must(self) -> Self {
        Self { required: true, ..self }
    }
}

/// The parameters of a statement: `params![id, name, at]`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { vec![$($crate::Param::from($value)),*] };
}

impl From<&str> for Param {
    fn from(value: &str) -> Self {
        Self::Text(Some(value.to_owned()))
    }
}
impl From<&String> for Param {
    fn from(value: &String) -> Self {
        Self::Text(Some(value.clone()))
    }
}
impl From<String> for Param {
    fn from(value: String) -> Self {
        Self::Text(Some(value))
    }
}
impl From<Option<String>> for Param {
    fn from(value: Option<String>) -> Self {
        Self::Text(value)
    }
}
impl From<i64> for Param {
    fn from(value: i64) -> Self {
        Self::Integer(Some(value))
    }
}
impl From<Option<i64>> for Param {
    fn from(value: Option<i64>) -> Self {
        Self::Integer(value)
    }
}
impl From<bool> for Param {
    fn from(value: bool) -> Self {
        Self::Integer(Some(i64::from(value)))
    }
}
impl From<f64> for Param {
    fn from(value: f64) -> Self {
        Self::Real(Some(value))
    }
}
impl From<Timestamp> for Param {
    fn from(value: Timestamp) -> Self {
        Self::Integer(Some(value.as_ms()))
    }
}
impl From<Option<Timestamp>> for Param {
    fn from(value: Option<Timestamp>) -> Self {
        Self::Integer(value.map(Timestamp::as_ms))
    }
}
impl<K: Kind> From<Id<K>> for Param {
    fn from(value: Id<K>) -> Self {
        Self::Text(Some(value.to_string()))
    }
}
impl<K: Kind> From<Option<Id<K>>> for Param {
    fn from(value: Option<Id<K>>) -> Self {
        Self::Text(value.map(|id| id.to_string()))
    }
}
