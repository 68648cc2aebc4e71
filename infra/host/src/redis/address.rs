//! Where a Redis URL points.

use redis::{Client, ConnectionAddr, IntoConnectionInfo};

use crate::http::allowed_hosts::AllowedHosts;
use crate::near::is_near_host;

/// A Redis URL that has been read.
#[derive(Debug)]
pub(super) struct Address {
    pub(super) client: Client,
    scheme: &'static str,
    host: String,
    port: u16,
}

/// A URL that is not one, or points where no component may. None of it is repeated: there may be a password in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AddressError {
    /// It cannot be read.
    #[error("the address is not a Redis URL: redis://host:port, or rediss://host:port for TLS")]
    Unreadable,
    /// Sockets in the file system are the host's.
    #[error("the address names a Unix socket; name a host")]
    UnixSocket,
    /// What follows a `#` would turn off that certificates are verified.
    #[error("the address has a `#`; certificates are always verified")]
    Fragment,
}

impl Address {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the library may know more kinds of addresses one day"
    )]
    pub(super) fn parse(text: &str) -> Result<Self, AddressError> {
        if text.contains('#') {
            return Err(AddressError::Fragment);
        }
        let info = text.into_connection_info().map_err(|_| AddressError::Unreadable)?;
        let (scheme, host, port) = match info.addr() {
            ConnectionAddr::Tcp(host, port) if text.starts_with("redis://") => ("redis", host, port),
            ConnectionAddr::TcpTls { host, port, .. } if text.starts_with("rediss://") => {
                ("rediss", host, port)
            }
            ConnectionAddr::Unix(_) => return Err(AddressError::UnixSocket),
            // Other spellings of the schemes are nothing that an allowed host could be compared with.
            _ => return Err(AddressError::Unreadable),
        };
        let (host, port) = (host.clone(), *port);
        let client = Client::open(info).map_err(|_| AddressError::Unreadable)?;
        Ok(Self { client, scheme, host, port })
    }

    /// The place, if it is not allowed.
    pub(super) fn refused_by(&self, hosts: &AllowedHosts) -> Option<String> {
        let refused = !hosts.allow(self.scheme, &self.host, Some(self.port));
        refused.then(|| format!("{}://{}", self.scheme, self.place()))
    }

    fn place(&self) -> String {
        match self.host.contains(':') {
            true => format!("[{}]:{}", self.host, self.port),
            false => format!("{}:{}", self.host, self.port),
        }
    }
}

/// `host:port` of a Redis URL, as `allowed_outbound_hosts` wants it; none for what is no such URL.
#[must_use]
pub fn redis_host(url: &str) -> Option<String> {
    Some(Address::parse(url).ok()?.place())
}

/// The place that a Redis URL leads to over a network without encryption; none when it demands TLS, or is on this machine
/// or in a private network.
#[must_use]
pub fn plain_redis(url: &str) -> Option<String> {
    let address = Address::parse(url).ok()?;
    (address.scheme == "redis" && !is_near_host(&address.host)).then(|| address.place())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::allowed_hosts::AllowedHost;

    #[test]
    fn scheme_host_and_port_must_be_allowed() {
        let hosts = AllowedHosts::new(vec![AllowedHost::parse("redis://good:6379").unwrap()]);
        let refused = |text: &str| Address::parse(text).unwrap().refused_by(&hosts);
        assert_eq!(refused("redis://good"), None);
        assert_eq!(refused("redis://ada:secret@good:6379/3"), None);
        assert_eq!(refused("redis://ada:secret@evil/3").as_deref(), Some("redis://evil:6379"));
        assert_eq!(refused("redis://good:6380").as_deref(), Some("redis://good:6380"));
        assert_eq!(refused("redis://good@10.0.0.1").as_deref(), Some("redis://10.0.0.1:6379"));
        assert_eq!(refused("rediss://good:6379").as_deref(), Some("rediss://good:6379"));
    }

    #[test]
    fn an_address_says_its_place_and_whether_it_is_reached_in_clear_over_a_network() {
        assert_eq!(redis_host("redis://a:b@db.example/1").as_deref(), Some("db.example:6379"));
        assert_eq!(redis_host("redis://[::1]:6380").as_deref(), Some("[::1]:6380"));
        assert_eq!(redis_host("http://db.example"), None);
        assert_eq!(plain_redis("redis://a:b@db.example:6380").as_deref(), Some("db.example:6380"));
        for near in
            ["redis://127.0.0.1", "redis://localhost:6380", "redis://10.0.0.7", "rediss://db.example:6380"]
        {
            assert_eq!(plain_redis(near), None, "{near}");
        }
    }

    /// Protects the password, and the data from whoever shows a certificate of their own.
    #[test]
    fn what_is_no_address_for_a_component_is_refused_without_being_repeated() {
        for (text, error) in [
            ("redis+unix:///run/redis.sock?pass=secret", AddressError::UnixSocket),
            ("unix:///run/redis.sock", AddressError::UnixSocket),
            ("rediss://ada:secret@good/#insecure", AddressError::Fragment),
            ("http://ada:secret@good", AddressError::Unreadable),
            ("valkey://ada:secret@good", AddressError::Unreadable),
            ("redis://ada:secret@good:port", AddressError::Unreadable),
            ("good:6379", AddressError::Unreadable),
            ("", AddressError::Unreadable),
        ] {
            let found = Address::parse(text).unwrap_err();
            assert_eq!(found, error, "{text}");
            assert!(!found.to_string().contains("secret"), "{found}");
        }
    }
}
