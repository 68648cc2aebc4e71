//! The system from outside: real components in the real host, on SQLite or PostgreSQL.
#![allow(clippy::panic, clippy::unwrap_used, missing_docs, reason = "tests")]

mod admission;
mod audit;
mod contracts;
mod faults;
mod gateway;
mod host;
mod http;
mod isolation;
mod matrix;
mod secrets;
mod seeded;
