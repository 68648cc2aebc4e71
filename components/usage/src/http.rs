//! The operation as HTTP.

pub mod get;
pub mod view;
