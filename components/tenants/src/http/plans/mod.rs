//! Plans as HTTP.

pub mod get;
pub mod list;
pub mod set;
pub mod view;
