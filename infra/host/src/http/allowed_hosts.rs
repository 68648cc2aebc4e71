//! `allowed_outbound_hosts`: where a component may connect to.

use std::net::IpAddr;

/// The places that a component may connect to; none when empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AllowedHosts {
    entries: Vec<AllowedHost>,
}

/// One entry: `scheme://host[:port]`, with `*` for any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowedHost {
    scheme: Option<String>,
    host: Host,
    ports: Ports,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Host {
    Any,
    Subdomains(String),
    Literal(String),
    Network { address: IpAddr, prefix_bits: u8 },
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Ports {
    Any,
    One(u16),
    Range { from: u16, before: u16 },
}

/// Why a text is no entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AllowedHostError {
    /// No `scheme://`.
    #[error("an allowed host is `scheme://host[:port]`, with `*` for any")]
    NoScheme,
    /// Letters only, or `*`.
    #[error("the scheme must be letters only, or `*`")]
    BadScheme,
    /// A path, a wildcard in the middle, nothing at all.
    #[error("the host must be a name, an address, a network, `*.name` or `*`, without a path")]
    BadHost,
    /// Not a number, a range or `*`.
    #[error("the port must be a number, `from..before` or `*`; this scheme has no usual one")]
    BadPort,
    /// `self`
    #[error("`self` is not implemented by the embedded host; name the component's own route by chaining")]
    ToSelf,
}

impl AllowedHosts {
    /// The hosts of these entries.
    #[must_use]
    pub fn new(entries: Vec<AllowedHost>) -> Self {
        Self { entries }
    }

    /// Whether a connection of that scheme to that host is allowed; without a port the scheme's
    /// usual one is meant.
    #[must_use]
    pub fn allow(&self, scheme: &str, host: &str, port: Option<u16>) -> bool {
        let host = host.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
        self.entries.iter().any(|entry| entry.allows(scheme, &host, port))
    }
}

impl AllowedHost {
    /// Reads an entry.
    ///
    /// # Errors
    ///
    /// When it is not of the form `scheme://host[:port]`.
    pub fn parse(text: &str) -> Result<Self, AllowedHostError> {
        let (scheme, rest) = text.trim().split_once("://").ok_or(AllowedHostError::NoScheme)?;
        let scheme = match scheme {
            "*" => None,
            letters if !letters.is_empty() && letters.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
                Some(letters.to_ascii_lowercase())
            }
            _ => return Err(AllowedHostError::BadScheme),
        };
        if let Some(network) = parse_network(rest) {
            return Ok(Self { ports: usual_ports(scheme.as_deref())?, scheme, host: network });
        }
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port) = split_port(rest);
        let ports = match port {
            None | Some("") => usual_ports(scheme.as_deref())?,
            Some("*") => Ports::Any,
            Some(text) => parse_ports(text)?,
        };
        Ok(Self { scheme, host: parse_host(host)?, ports })
    }

    fn allows(&self, scheme: &str, host: &str, port: Option<u16>) -> bool {
        let scheme_fits = self.scheme.as_deref().is_none_or(|allowed| allowed == scheme);
        let host_fits = match &self.host {
            Host::Any => true,
            Host::Literal(name) => name == host,
            Host::Subdomains(suffix) => host.parse::<IpAddr>().is_err() && host.ends_with(suffix),
            Host::Network { address, prefix_bits } => {
                host.parse().is_ok_and(|ip| in_network(ip, *address, *prefix_bits))
            }
        };
        let port = port.or_else(|| usual_port(scheme));
        let port_fits = match (&self.ports, port) {
            (Ports::Any, _) => true,
            (Ports::One(allowed), Some(port)) => *allowed == port,
            (Ports::Range { from, before }, Some(port)) => (*from..*before).contains(&port),
            (_, None) => false,
        };
        scheme_fits && host_fits && port_fits
    }
}

/// Splits `host:port`; the colons inside an IPv6 address are not the one before the port.
fn split_port(text: &str) -> (&str, Option<&str>) {
    if let Some(end) = text.find(']') {
        return (&text[..=end], text[end + 1..].strip_prefix(':'));
    }
    match text.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') => (host, Some(port)),
        _ => (text, None),
    }
}

fn parse_host(text: &str) -> Result<Host, AllowedHostError> {
    let bare = text.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
    let name = |text: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
        !text.is_empty() && text.bytes().all(plain)
    };
    match bare.as_str() {
        "*" => Ok(Host::Any),
        "self" | "self.alt" => Err(AllowedHostError::ToSelf),
        address if address.parse::<IpAddr>().is_ok() => Ok(Host::Literal(bare)),
        text => match text.strip_prefix("*.") {
            Some(domain) if name(domain) => Ok(Host::Subdomains(format!(".{domain}"))),
            None if name(text) => Ok(Host::Literal(bare)),
            _ => Err(AllowedHostError::BadHost),
        },
    }
}

fn parse_network(text: &str) -> Option<Host> {
    let (address, bits) = text.split_once('/')?;
    let address: IpAddr = address.parse().ok()?;
    let prefix_bits: u8 = bits.parse().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    (prefix_bits <= most).then_some(Host::Network { address, prefix_bits })
}

fn in_network(ip: IpAddr, network: IpAddr, prefix_bits: u8) -> bool {
    let (ip, network, width) = match (ip, network) {
        (IpAddr::V4(ip), IpAddr::V4(network)) => {
            (u128::from(u32::from(ip)), u128::from(u32::from(network)), 32)
        }
        (IpAddr::V6(ip), IpAddr::V6(network)) => (u128::from(ip), u128::from(network), 128),
        _ => return false,
    };
    let shift = width - u32::from(prefix_bits);
    ip.checked_shr(shift).unwrap_or(0) == network.checked_shr(shift).unwrap_or(0)
}

fn parse_ports(text: &str) -> Result<Ports, AllowedHostError> {
    let number = |part: &str| part.parse().map_err(|_| AllowedHostError::BadPort);
    match text.split_once("..") {
        Some((from, before)) => Ok(Ports::Range { from: number(from)?, before: number(before)? }),
        None => Ok(Ports::One(number(text)?)),
    }
}

fn usual_ports(scheme: Option<&str>) -> Result<Ports, AllowedHostError> {
    scheme.and_then(usual_port).map(Ports::One).ok_or(AllowedHostError::BadPort)
}

fn usual_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" => Some(80),
        "https" => Some(443),
        "postgres" => Some(5432),
        "mysql" => Some(3306),
        "redis" => Some(6379),
        "mqtt" => Some(1883),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(entry: &str, scheme: &str, host: &str, port: Option<u16>) -> bool {
        AllowedHosts::new(vec![AllowedHost::parse(entry).unwrap()]).allow(scheme, host, port)
    }

    #[test]
    fn nothing_is_allowed_by_default() {
        assert!(!AllowedHosts::default().allow("https", "example.org", None));
    }

    #[test]
    fn scheme_host_and_port_must_all_fit() {
        assert!(allows("https://example.org", "https", "EXAMPLE.org", None));
        assert!(allows("https://example.org", "https", "example.org", Some(443)));
        assert!(!allows("https://example.org", "http", "example.org", None));
        assert!(!allows("https://example.org", "https", "example.org", Some(8443)));
        assert!(!allows("https://example.org", "https", "www.example.org", None));
        assert!(allows("postgres://localhost:5433", "postgres", "localhost", Some(5433)));
        assert!(!allows("postgres://localhost:5433", "postgres", "localhost", None));
    }

    #[test]
    fn wildcards_ranges_and_networks() {
        assert!(allows("*://*:*", "mqtt", "anything", Some(1)));
        assert!(allows("https://*.example.org", "https", "a.b.example.org", None));
        assert!(!allows("https://*.example.org", "https", "example.org", None));
        assert!(!allows("https://*.example.org", "https", "evilexample.org", None));
        assert!(allows("http://127.0.0.1:8000..8010", "http", "127.0.0.1", Some(8009)));
        assert!(!allows("http://127.0.0.1:8000..8010", "http", "127.0.0.1", Some(8010)));
        assert!(allows("http://10.0.0.0/8", "http", "10.9.8.7", None));
        assert!(!allows("http://10.0.0.0/8", "http", "11.0.0.1", None));
        assert!(allows("http://[::1]:80", "http", "[::1]", None));
    }

    #[test]
    fn what_is_no_entry_is_refused() {
        for (text, error) in [
            ("example.org", AllowedHostError::NoScheme),
            ("*", AllowedHostError::NoScheme),
            ("ht-tp://a", AllowedHostError::BadScheme),
            ("http://a/path", AllowedHostError::BadHost),
            ("http://a.*.b", AllowedHostError::BadHost),
            ("http://", AllowedHostError::BadHost),
            ("http://a:x", AllowedHostError::BadPort),
            ("*://a", AllowedHostError::BadPort),
            ("http://self", AllowedHostError::ToSelf),
        ] {
            assert_eq!(AllowedHost::parse(text), Err(error), "{text}");
        }
    }
}
