//! SQLite databases in files of the state folder, shared by the components of an application.
//!
//! A writer that found the database locked would have to wait on its thread, and two of them would
//! stop a machine with two threads. So every file has a *gate*: who writes goes through it, one at
//! a time and in the order of arrival, waiting without a thread.

mod connection;
mod database;
mod gate;
mod guard;
#[cfg(test)]
mod tests;

pub(crate) use connection::{Connection, Rows};
pub(crate) use database::{Database, Failure};
