//! Requests about reports, and their answers.

pub mod analyze;
pub mod get;
pub mod list;
mod upload;
pub mod view;
