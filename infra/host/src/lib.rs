//! The embedded host: serves the components of a Spin manifest from one process.
//!
//! [`Manifest`] is what to serve, [`Program`] what it compiles to, [`App`] one running instance of
//! it with its variables, its databases and its limits. A request takes this way:
//!
//! 1. `app/dispatch.rs`: its id, its route, its limits, the headers that Spin adds.
//! 2. `worker/`: an instance of the component, new or used before, with a deadline, a memory limit
//!    and turns at the processor.
//! 3. `interfaces/`: what the component calls: variables, key-value stores, SQLite, PostgreSQL,
//!    Redis.
//! 4. `app/answer.rs`: the answer or the problem, and the line in the log.

mod app;
mod clock;
mod compile;
mod compose;
mod engine;
mod error;
mod hashing;
pub mod http;
mod interfaces;
pub mod log;
pub mod manifest;
mod near;
mod postgres;
pub mod problem;
mod program;
mod redis;
mod request;
pub mod secrets;
mod settings;
mod sqlite;
pub mod tick;
mod worker;

pub use app::App;
pub use clock::{Clock, SettableClock, SystemClock};
pub use error::Error;
pub use http::body::Body;
pub use manifest::Manifest;
pub use postgres::{check_database, database_host, plain_database};
pub use program::Program;
pub use redis::{plain_redis, redis_host};
pub use settings::{ProgramOptions, Settings};
