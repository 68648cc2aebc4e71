//! Who a client is behind proxies.
//!
//! Each proxy adds the address that it was called from to the end of `X-Forwarded-For`. How many of them can be
//! believed, the operator says; what stands before that many, the client may have written itself.

use std::net::{IpAddr, Ipv6Addr};

use crate::network;

/// The most proxies that can stand in front. A number beyond it is a slip of the pen: with it, nobody would be known.
pub const PROXIES_LIMIT: usize = 16;
/// What to write, for whoever wrote something else.
pub const PROXIES_EXPECTED: &str = "a whole number from 0 (no proxy stands in front) to 16";

/// Reads how many proxies are trusted; none for what is no such number.
#[must_use]
pub fn trusted(text: &str) -> Option<usize> {
    // The parser would take a sign as well.
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|count| digits && *count <= PROXIES_LIMIT)
}

/// The client's address: as many places from the end of the list as there are proxies. None where the list is shorter,
/// which means that the call came past some of them, or where no address stands there.
///
/// By bytes: what a client wrote before may be no text, and must not hide what a proxy has added.
pub fn client<'a>(lines: impl Iterator<Item = &'a [u8]>, trusted_proxies: usize) -> Option<IpAddr> {
    let hops: Vec<&[u8]> = lines.flat_map(|line| line.split(|byte| *byte == b',')).collect();
    let hop = hops.len().checked_sub(trusted_proxies).and_then(|at| hops.get(at))?;
    network::address(std::str::from_utf8(hop).ok()?)
}

/// The address that a client is counted under: whoever has one address of IPv6 has all of its network of 64 bits.
#[must_use]
pub fn household(client: IpAddr) -> IpAddr {
    match client.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        v4 @ IpAddr::V4(_) => v4,
    }
}

/// The network that a client of IPv6 may have had its own from: 48 bits. None for IPv4.
#[must_use]
pub fn surroundings(client: IpAddr) -> Option<IpAddr> {
    match client.to_canonical() {
        IpAddr::V6(address) => Some(IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 80 << 80))),
        IpAddr::V4(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_small_whole_number_says_how_many_proxies_there_are() {
        for (text, count) in [("0", 0), ("1", 1), ("16", 16), ("02", 2)] {
            assert_eq!(trusted(text), Some(count), "{text:?}");
        }
        for text in ["", " ", "one", "-1", "+1", "1.0", "1 ", "17", "300", "0x1", "99999999999999999999999"] {
            assert_eq!(trusted(text), None, "{text:?}");
        }
    }

    #[test]
    fn the_client_is_as_many_places_from_the_end_as_there_are_proxies() {
        let seen = |line: &'static str, proxies| client([line.as_bytes()].into_iter(), proxies);
        assert_eq!(seen("6.6.6.6, 192.0.2.1", 1), "192.0.2.1".parse().ok());
        assert_eq!(seen("192.0.2.1,10.0.0.8", 2), "192.0.2.1".parse().ok());
        assert_eq!(seen("192.0.2.1", 2), None);
        assert_eq!(seen("unknown", 1), None);
        assert_eq!(seen("192.0.2.1", 0), None, "no place is none from the end");
    }

    #[test]
    fn a_network_of_ipv6_is_one_household_and_ipv4_in_its_clothes_is_ipv4() {
        let of = |text: &str| household(text.parse().unwrap());
        assert_eq!(of("2001:db8:0:1::1"), of("2001:db8:0:1:ffff::2"));
        assert_ne!(of("2001:db8:0:1::1"), of("2001:db8:0:2::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }

    #[test]
    fn around_a_network_of_ipv6_are_those_with_the_same_48_bits() {
        let of = |text: &str| surroundings(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:1::1"), "2001:db8:1::".parse().ok());
        assert_eq!(of("2001:db8:1:ffff::"), of("2001:db8:1:1::1"));
        assert_ne!(of("2001:db8:2:1::1"), of("2001:db8:1:1::1"));
        assert_eq!((of("192.0.2.1"), of("::ffff:192.0.2.1")), (None, None));
    }
}
