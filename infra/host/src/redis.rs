//! Redis and what speaks its protocol, as Valkey does: one connection to an address, shared by all who may use it.

mod address;
mod link;

use address::{Address, AddressError};
pub use address::{plain_redis, redis_host};
pub(crate) use link::{Connection, Links, Reach, Unreachable};
