//! What tests of running servers stand on: the embedded host or Spin as a process of its own, called over sockets.
//!
//! | Module         | Holds                                                                     |
//! |----------------|---------------------------------------------------------------------------|
//! | [`journey`]    | what a first customer does, over any server's address                     |
//! | `client`       | calls over HTTP, each answer checked against the OpenAPI document         |
//! | [`embedded`]   | the embedded host's binary, step by step                                  |
//! | `server`       | the embedded host's binary, or `spin up`, with a fresh state              |
//! | `house`        | servers that are killed and come again on one state                       |
//! | `process`      | a program that is stopped with the test                                   |
//! | `backing`      | the database of one server                                                |
//! | `cluster`      | a PostgreSQL server of a test's own, with TLS or without                  |
//! | `redis_server` | a Redis server of a test's own                                            |
//! | `authority`    | who signs its certificate                                                 |
//! | [`quickstart`] | the blocks of the README, and what they must print                        |
//! | `session`      | shell commands of one session, and the output of each                     |
//! | `schemathesis` | one run of Schemathesis over a server                                     |
//! | [`program`]    | a test program that can say that it was skipped                           |

#![allow(clippy::panic, missing_docs, reason = "what goes wrong in a test ends the test")]

mod authority;
mod backing;
mod client;
mod cluster;
pub mod embedded;
mod house;
pub mod journey;
mod process;
pub mod program;
pub mod quickstart;
mod redis_server;
mod schemathesis;
mod server;
mod session;

pub use authority::Authority;
pub use backing::Backing;
pub use client::{Call, Client};
pub use cluster::Cluster;
pub use house::{House, Resident};
pub use process::Process;
pub use redis_server::RedisServer;
pub use schemathesis::{Operations, Schemathesis};
pub use server::Server;
pub use session::{Output, session};
