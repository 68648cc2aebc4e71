//! Looks at a database URL before the application does, for errors that a person understands.

use super::Pools;
use super::address::host_and_port;
use crate::error::Error;

/// `host:port` of a database URL, as `allowed_outbound_hosts` wants it.
///
/// # Errors
///
/// When it is not a PostgreSQL URL or names no host.
pub fn database_host(url: &str) -> Result<String, Error> {
    host_and_port(url).map_err(|error| Error::DatabaseUrl { reason: error.to_string() })
}

/// Connects once.
///
/// # Errors
///
/// When the URL is not one, or no session can be opened with it.
pub async fn check_database(url: &str) -> Result<(), Error> {
    let address = database_host(url)?;
    match Pools::new(1).connect(url).await {
        Ok(_) => Ok(()),
        Err(error) => Err(Error::DatabaseUnreachable { address, reason: error.to_string() }),
    }
}
