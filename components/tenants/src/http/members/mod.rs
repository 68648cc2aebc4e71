//! The operations on members as HTTP: one file each, and the JSON that they share.

pub mod list;
pub mod remove;
pub mod set_role;
pub mod view;
