//! The operations as HTTP: one file each, and the JSON that they share.

pub mod create;
pub mod get;
pub mod invitations;
pub mod list;
pub mod members;
pub mod security;
pub mod view;
