//! The audit log in the database.

pub mod checkpoint;
pub mod due;
pub mod entry;
pub mod node;
