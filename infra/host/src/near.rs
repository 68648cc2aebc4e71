//! Addresses that are this machine's own, or those of the network that it stands in.

use std::net::{IpAddr, Ipv6Addr};

/// Whether an address is of this machine, or of a network that nobody reaches from outside.
pub(crate) fn is_near(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            address.is_loopback()
                || address.is_private()
                || address.is_link_local()
                || address.is_unspecified()
        }
        IpAddr::V6(address) => {
            address.is_loopback()
                || address.is_unique_local()
                || address.is_unicast_link_local()
                || address == Ipv6Addr::UNSPECIFIED
        }
    }
}

/// The same of a host as a URL names it. A name is as far as it can be: who it belongs to is not known.
pub(crate) fn is_near_host(host: &str) -> bool {
    let literal = host.trim_start_matches('[').trim_end_matches(']').parse();
    literal.map_or_else(|_| host == "localhost" || host.ends_with(".localhost"), is_near)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_and_private_networks_are_near_and_the_rest_is_not() {
        for near in [
            "127.0.0.1",
            "::1",
            "10.1.2.3",
            "172.17.0.1",
            "192.168.1.1",
            "::ffff:10.0.0.1",
            "fd00::1",
            "fe80::1",
        ] {
            assert!(is_near(near.parse().unwrap()), "{near}");
        }
        for far in ["192.0.2.1", "172.32.0.1", "8.8.8.8", "2001:db8::1", "::ffff:192.0.2.1"] {
            assert!(!is_near(far.parse().unwrap()), "{far}");
        }
    }
}
