//! The operations as HTTP: one file each, and the JSON that they share.

pub mod jwks;
pub mod login;
pub mod me;
pub mod register;
pub mod view;
