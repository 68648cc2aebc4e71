//! What tests of the whole system stand on: an application with a database and a clock of its own, people, requests.
//!
//! [`App::start`] runs the real components of `spin.toml` in the real host, in this process and without sockets, on
//! SQLite or, with `INSULA_TEST_DB=postgres`, on PostgreSQL; the buckets of rate limits are there or, with
//! `INSULA_TEST_BUCKETS=redis`, in Redis. Every answer is checked against `/openapi.json`.

#![allow(clippy::panic, missing_docs, reason = "what goes wrong in a test ends the test")]

mod answer;
mod app;
mod at_once;
pub(crate) mod contract;
mod database;
mod device;
mod guests;
mod line;
mod mail;
mod multipart;
mod people;
pub(crate) mod postgres;
mod program;
pub(crate) mod redis;
mod request;
mod scanner;
mod second;
mod stall;

pub use answer::Answer;
pub use app::{App, Options};
pub use at_once::{at_once, eight_at_once, wait_until};
pub use contract::seen;
pub use database::Database;
pub use device::Device;
pub use guests::{program_of, program_within};
pub use line::Line;
pub use multipart::Form;
pub use people::{Caller, PASSWORD, Person};
pub use postgres::{only_on_postgresql, server_address};
pub use program::{block_on, files, program, program_for_every_runtime, repository, secrets};
pub use redis::{Redis, only_on_redis};
pub use request::Request;
pub use second::Second;
pub use stall::Stall;
