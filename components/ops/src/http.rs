//! The operations as HTTP.

mod accept;
pub mod documents;
pub mod health;
pub mod mail;
pub mod mailbox;
pub mod migrate;
pub mod problems;
pub mod tick;
