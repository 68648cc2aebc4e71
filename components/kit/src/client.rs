//! Where a request comes from: the address of the client, as far as it can be believed.
//!
//! The host tells the address that it was called from, and no client can forge that. Behind proxies it is a proxy's;
//! then `trusted_proxies` says how many there are, and the client's address is that many places from the end of
//! `X-Forwarded-For`: what stands before it, the client may have written itself.

use std::net::IpAddr;

use http::{HeaderMap, HeaderValue};
use insula_domain::{network, proxies};

/// The client's address; none where the host tells none, or the proxies don't. An IPv4 address in IPv6 clothes is an IPv4 address.
#[must_use]
pub fn address(headers: &HeaderMap, trusted_proxies: usize) -> Option<IpAddr> {
    let peer = headers.get("spin-client-addr").and_then(|value| network::address(value.to_str().ok()?));
    if trusted_proxies == 0 {
        return peer;
    }
    let lines = headers.get_all("x-forwarded-for").iter().map(HeaderValue::as_bytes);
    proxies::client(lines, trusted_proxies)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(trusted_proxies: usize, forwarded: &[&'static str]) -> String {
        at(trusted_proxies, forwarded).unwrap()
    }

    fn at(trusted_proxies: usize, forwarded: &[&'static str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert("spin-client-addr", "10.0.0.9:40000".parse().unwrap());
        for line in forwarded {
            headers.append("x-forwarded-for", HeaderValue::from_bytes(line.as_bytes()).unwrap());
        }
        address(&headers, trusted_proxies).map(|address| address.to_string())
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

    /// A key that is bound to the proxies' network must not work for whoever makes the list unreadable.
    #[test]
    fn a_list_that_is_too_short_or_unreadable_leaves_nobody_and_not_the_proxy() {
        assert_eq!(at(2, &["6.6.6.6"]), None);
        assert_eq!(at(1, &["unknown"]), None);
        assert_eq!(at(1, &[]), None);
        assert_eq!(seen(1, &["\u{e9}, 1.2.3.4"]), "1.2.3.4");
        assert_eq!(seen(1, &["\u{e9}", "1.2.3.4"]), "1.2.3.4");
        assert_eq!(address(&HeaderMap::new(), 1), None);
    }
}
