//! The operator's operations on signing keys, one file each.

pub mod list;
pub mod rotate;
pub mod view;
