//! PostgreSQL: pools of connections by address, and connections that are only used again when
//! nothing of their last user is left on them.

mod address;
mod check;
mod connection;
mod pools;
mod tls;

use address::Address;
pub use check::{check_database, database_host, plain_database};
pub(crate) use connection::{Connection, Found};
pub(crate) use pools::{Pools, Reach, Unreachable};
