//! The operator's tasks in the database.

pub mod bucket;
pub mod database;
pub mod ending;
pub mod kept;
pub mod mail;

/// The most rows that one statement deletes. The statements say the same number.
pub const CHUNK: usize = 1_000;
