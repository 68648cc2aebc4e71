//! The networks that a key may be used from.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// The most networks of one key.
pub const NETWORKS_LIMIT: usize = 32;

/// Networks in canonical form: no bits beyond the prefix, IPv4 in IPv6 clothes as IPv4, each once, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Networks(Vec<IpNet>);

impl Networks {
    /// Brings networks into canonical form.
    pub fn new(networks: impl IntoIterator<Item = IpNet>) -> Self {
        let mut networks: Vec<IpNet> = networks.into_iter().map(canonical).collect();
        networks.sort_unstable();
        networks.dedup();
        Self(networks)
    }

    /// Whether a call from there is inside. Where the address is unknown nothing is.
    #[must_use]
    pub fn hold(&self, client: Option<IpAddr>) -> bool {
        client.is_some_and(|client| self.0.iter().any(|network| network.contains(&client.to_canonical())))
    }

    /// Whether all of `others` lie inside.
    #[must_use]
    pub fn cover(&self, others: &Self) -> bool {
        others.0.iter().all(|other| self.0.iter().any(|network| network.contains(other)))
    }

    /// As stored: separated by single spaces.
    #[must_use]
    pub fn to_text(&self) -> String {
        self.to_list().join(" ")
    }

    /// Reads what [`Self::to_text`] wrote. What is no network holds nobody.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        Self(text.split(' ').filter_map(|network| network.parse().ok()).collect())
    }

    /// Each as text, with its prefix.
    #[must_use]
    pub fn to_list(&self) -> Vec<String> {
        self.0.iter().map(ToString::to_string).collect()
    }
}

/// Reads a network in CIDR notation, or one address.
#[must_use]
pub fn network(text: &str) -> Option<IpNet> {
    // The longest there is, with room to spare: 39 characters of address, 4 of prefix.
    if text.len() > 45 {
        return None;
    }
    text.parse().ok().or_else(|| text.parse().ok().map(|address: IpAddr| IpNet::from(address)))
}

/// Reads an address, with a port or without. An IPv4 address in IPv6 clothes is an IPv4 address.
#[must_use]
pub fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let address = text.parse().or_else(|_| text.parse().map(|socket: SocketAddr| socket.ip()));
    address.ok().map(|address: IpAddr| address.to_canonical())
}

fn canonical(network: IpNet) -> IpNet {
    match network.trunc() {
        IpNet::V6(wide) => unmapped(wide).map_or(IpNet::V6(wide), IpNet::V4),
        narrow @ IpNet::V4(_) => narrow,
    }
}

/// `::ffff:a.b.c.d/n` as IPv4, which is what clients' addresses are compared as.
fn unmapped(network: Ipv6Net) -> Option<Ipv4Net> {
    let address: Ipv6Addr = network.network();
    let prefix = network.prefix_len().checked_sub(96)?;
    Ipv4Net::new(address.to_ipv4_mapped()?, prefix).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn networks(texts: &[&str]) -> Networks {
        Networks::new(texts.iter().map(|text| network(text).unwrap()))
    }

    #[test]
    fn networks_are_canonical() {
        let given =
            networks(&["10.1.2.3/8", "192.0.2.7", "2001:DB8::1/32", "::ffff:192.0.2.7", "10.0.0.0/8"]);
        assert_eq!(given.to_text(), "10.0.0.0/8 192.0.2.7/32 2001:db8::/32");
        assert_eq!(Networks::from_text(&given.to_text()), given);
        assert_eq!(networks(&["::ffff:10.0.0.0/104"]).to_text(), "10.0.0.0/8");
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in [
            "",
            "10.0.0.0/33",
            "10.0.0/8",
            "::/129",
            "example.org",
            "10.0.0.0/8 ",
            "10.0.0.0/-1",
            "fe80::1%eth0",
        ] {
            assert_eq!(network(text), None, "{text:?}");
        }
    }

    #[test]
    fn an_address_is_inside_in_either_of_its_clothes_and_an_unknown_one_never() {
        let inside = |address: &str| networks(&["10.0.0.0/8", "2001:db8::/32"]).hold(super::address(address));
        for address in ["10.255.0.1", "10.0.0.1:443", "::ffff:10.0.0.1", "2001:db8::7", "[2001:db8::7]:443"] {
            assert!(inside(address), "{address}");
        }
        for address in ["11.0.0.1", "::ffff:11.0.0.1", "2001:db9::7", "::10.0.0.1", "", "unknown"] {
            assert!(!inside(address), "{address}");
        }
        assert!(
            !networks(&["::/0"]).hold(super::address("10.0.0.1")),
            "an IPv4 client is in no IPv6 network"
        );
    }

    #[test]
    fn a_network_covers_its_parts() {
        let wide = networks(&["10.0.0.0/8", "192.0.2.0/24"]);
        assert!(wide.cover(&networks(&["10.1.0.0/16", "192.0.2.7"])));
        assert!(!wide.cover(&networks(&["10.1.0.0/16", "0.0.0.0/0"])));
        assert!(!wide.cover(&networks(&["192.0.0.0/16"])));
    }
}
