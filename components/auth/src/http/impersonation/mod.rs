//! The operator acting as a person.

pub mod end;
pub mod list;
pub mod start;
pub mod view;
