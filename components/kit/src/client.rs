//! Where a request comes from: the address of the client, as far as it can be believed.
//!
//! The host tells the address that it was called from, and no client can forge that. Behind proxies it is a proxy's;
//! then `trusted_proxies` says how many there are, and the client's address is that many places from the end of
//! `X-Forwarded-For`: what stands before it, the client may have written itself.

use std::net::IpAddr;

use http::HeaderMap;
use insula_domain::network;

/// The client's address; none where the host tells none. An IPv4 address in IPv6 clothes is an IPv4 address.
#[must_use]
pub fn address(headers: &HeaderMap, trusted_proxies: usize) -> Option<IpAddr> {
    let peer = headers.get("spin-client-addr").and_then(|value| network::address(value.to_str().ok()?));
    if trusted_proxies == 0 {
        return peer;
    }
    let lines = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = lines.flat_map(|line| line.split(',')).collect();
    // Fewer hops than proxies: the call came past some of them, and who wrote the list is unknown.
    hops.len().checked_sub(trusted_proxies).and_then(|at| network::address(hops[at])).or(peer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(trusted_proxies: usize, forwarded: &[&'static str]) -> String {
        let mut headers = HeaderMap::new();
        headers.insert("spin-client-addr", "10.0.0.9:40000".parse().unwrap());
        for line in forwarded {
            headers.append("x-forwarded-for", line.parse().unwrap());
        }
        address(&headers, trusted_proxies).unwrap().to_string()
    }

    #[test]
    fn without_trusted_proxies_what_is_forwarded_is_not_believed() {
        assert_eq!(seen(0, &["1.2.3.4"]), "10.0.0.9");
    }

    #[test]
    fn behind_proxies_the_client_is_as_many_places_from_the_end_as_there_are_proxies() {
        assert_eq!(seen(1, &["6.6.6.6, 1.2.3.4"]), "1.2.3.4");
        assert_eq!(seen(2, &["6.6.6.6", "1.2.3.4,10.0.0.8"]), "1.2.3.4");
        assert_eq!(seen(1, &["[2001:db8::1]:443"]), "2001:db8::1");
        assert_eq!(seen(1, &["::ffff:1.2.3.4"]), "1.2.3.4");
    }

    #[test]
    fn a_list_that_is_too_short_or_unreadable_leaves_the_peer() {
        assert_eq!(seen(2, &["6.6.6.6"]), "10.0.0.9");
        assert_eq!(seen(1, &["unknown"]), "10.0.0.9");
        assert_eq!(seen(1, &[]), "10.0.0.9");
        assert_eq!(address(&HeaderMap::new(), 1), None);
    }
}
