//! The operations on invitations as HTTP: one file each, and the JSON that they share.

pub mod create;
pub mod list;
pub mod view;
pub mod withdraw;
