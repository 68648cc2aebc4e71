//! The operations as HTTP: one file each, and the JSON that they share.

mod body;
pub mod change;
pub mod create;
pub mod get;
pub mod import;
pub mod leak;
pub mod list;
pub mod revoke;
pub mod rotate;
pub mod verify;
pub mod view;
