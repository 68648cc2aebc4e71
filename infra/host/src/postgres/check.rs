//! Looks at a database URL before the application does, for errors that a person understands.

use std::time::Duration;

use super::Pools;
use super::address::{Address, host_and_port};
use crate::error::Error;

/// `host:port` of a database URL, as `allowed_outbound_hosts` wants it.
///
/// # Errors
///
/// When it is not a PostgreSQL URL or names no host.
pub fn database_host(url: &str) -> Result<String, Error> {
    host_and_port(url).map_err(|error| Error::DatabaseUrl { reason: error.to_string() })
}

/// The first place that a database URL leads to over a network without encryption; none when it demands TLS, or all is
/// on this machine or in a private network. A name is as far as it can be: who it belongs to is not known.
///
/// # Errors
///
/// As [`database_host`].
pub fn plain_database(url: &str) -> Result<Option<String>, Error> {
    let address = Address::parse(url).map_err(|error| Error::DatabaseUrl { reason: error.to_string() })?;
    Ok(address.plain())
}

/// Connects once.
///
/// # Errors
///
/// When the URL is not one, or no session can be opened with it.
pub async fn check_database(url: &str) -> Result<(), Error> {
    let address = database_host(url)?;
    match Pools::new(1, Duration::MAX).connect(url).await {
        Ok(_) => Ok(()),
        Err(error) => Err(Error::DatabaseUnreachable { address, reason: error.to_string() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Protects everybody's data: without TLS it goes in clear, and `prefer`, the usual value, means none here.
    #[test]
    fn a_database_that_is_reached_in_clear_over_a_network_is_named() {
        let plain = |url: &str| plain_database(url).unwrap();
        for url in ["postgres://ada:secret@db.example/x", "postgres://ada:secret@db.example/x?sslmode=prefer"]
        {
            assert_eq!(plain(url).as_deref(), Some("db.example:5432"), "{url}");
        }
        assert_eq!(plain("postgres://ada@192.0.2.7:5433/x").as_deref(), Some("192.0.2.7:5433"));
        assert_eq!(plain("postgres://a@localhost,db.example/x").as_deref(), Some("db.example:5432"));
        assert_eq!(plain("host=localhost hostaddr=192.0.2.7 user=a").as_deref(), Some("192.0.2.7:5432"));
        for near in ["localhost", "127.0.0.1", "10.0.0.7", "[::1]", "db.localhost"] {
            assert_eq!(plain(&format!("postgres://ada@{near}/x")), None, "{near}");
        }
        assert_eq!(plain("postgres://ada@db.example/x?sslmode=require"), None);
    }
}
