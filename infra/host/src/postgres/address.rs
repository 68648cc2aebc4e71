//! Where a connection string points.

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

use crate::http::allowed_hosts::AllowedHosts;
use crate::near::is_near_host;

const USUAL_PORT: u16 = 5432;

/// A connection string that has been read: a URL or `key=value` pairs.
#[derive(Debug, Clone)]
pub(crate) struct Address {
    pub(super) config: Config,
    places: Vec<(String, u16)>,
}

/// A connection string that is not one, or points where no component may.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AddressError {
    /// It cannot be read.
    #[error("the address is not a PostgreSQL connection string: {0}")]
    Unreadable(String),
    /// Sockets in the file system are the host's.
    #[error("the address names a Unix socket; name a host")]
    UnixSocket,
    /// It names no host at all.
    #[error("the address names no host")]
    NoHost,
}

impl Address {
    pub(crate) fn parse(text: &str) -> Result<Self, AddressError> {
        // Its errors name keys and reasons, never the password.
        let config: Config = text.parse().map_err(|error: tokio_postgres::Error| {
            AddressError::Unreadable(std::error::Error::source(&error).unwrap_or(&error).to_string())
        })?;
        let port = |index: usize| {
            let ports = config.get_ports();
            ports.get(index).or(ports.first()).copied().unwrap_or(USUAL_PORT)
        };
        let mut places = Vec::new();
        for (index, host) in config.get_hosts().iter().enumerate() {
            match host {
                Host::Tcp(name) => places.push((name.clone(), port(index))),
                #[cfg(unix)]
                Host::Unix(_) => return Err(AddressError::UnixSocket),
            }
        }
        // `hostaddr` is where the connection really goes, so it has to be allowed as well.
        for (index, address) in config.get_hostaddrs().iter().enumerate() {
            places.push((address.to_string(), port(index)));
        }
        if places.is_empty() {
            return Err(AddressError::NoHost);
        }
        Ok(Self { config, places })
    }

    /// The first place that is not allowed.
    pub(crate) fn refused_by(&self, hosts: &AllowedHosts) -> Option<String> {
        let mut places = self.places.iter();
        let refused = places.find(|(host, port)| !hosts.allow("postgres", host, Some(*port)));
        refused.map(|(host, port)| format!("{host}:{port}"))
    }

    fn first(&self) -> Option<String> {
        self.places.first().map(named)
    }

    /// The first place that is reached over a network without TLS.
    pub(super) fn plain(&self) -> Option<String> {
        let encrypted = self.config.get_ssl_mode() == SslMode::Require;
        self.places.iter().find(|(host, _)| !encrypted && !is_near_host(host)).map(named)
    }
}

fn named((host, port): &(String, u16)) -> String {
    match host.contains(':') {
        true => format!("[{host}]:{port}"),
        false => format!("{host}:{port}"),
    }
}

/// `host:port` of a connection string, for `allowed_outbound_hosts`.
pub(crate) fn host_and_port(text: &str) -> Result<String, AddressError> {
    Address::parse(text)?.first().ok_or(AddressError::NoHost)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::allowed_hosts::AllowedHost;

    #[test]
    fn both_forms_of_an_address_say_where_they_point() {
        for text in [
            "postgresql://ada:secret@db.example:5433/insula",
            "host=db.example port=5433 user=ada password=secret dbname=insula",
        ] {
            assert_eq!(host_and_port(text).unwrap(), "db.example:5433");
        }
        assert_eq!(host_and_port("postgres://localhost/insula").unwrap(), "localhost:5432");
    }

    #[test]
    fn every_place_that_an_address_names_must_be_allowed() {
        let hosts = AllowedHosts::new(vec![AllowedHost::parse("postgres://good:5432").unwrap()]);
        let refused = |text: &str| Address::parse(text).unwrap().refused_by(&hosts);

        assert_eq!(refused("postgres://good/x"), None);
        assert_eq!(refused("postgres://good,evil/x"), Some("evil:5432".into()));
        assert_eq!(refused("postgres://good:5433/x"), Some("good:5433".into()));
        assert_eq!(refused("host=good hostaddr=10.0.0.1"), Some("10.0.0.1:5432".into()));
    }

    #[test]
    fn a_unix_socket_is_nothing_for_components_and_an_error_never_shows_the_password() {
        assert_eq!(Address::parse("host=/run/postgresql").unwrap_err(), AddressError::UnixSocket);
        assert_eq!(Address::parse("user=ada").unwrap_err(), AddressError::NoHost);
        let error = Address::parse("host=a password=secret sslmode=nonsense").unwrap_err();
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}
