//! Where clients reach the server, when nobody says it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The URL of the address that is listened on; of all addresses it is this machine's own.
pub(super) fn of(address: SocketAddr) -> String {
    let host = match address.ip() {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
        named @ (IpAddr::V4(_) | IpAddr::V6(_)) => named,
    };
    format!("http://{}", SocketAddr::new(host, address.port()))
}

/// Whether a manifest's URL is only good on this machine. Any other was written for this server, and stays.
pub(super) fn is_this_machine(url: &str) -> bool {
    let Ok(url) = url.parse::<http::Uri>() else { return false };
    url.host().is_some_and(|host| {
        let address = host.trim_start_matches('[').trim_end_matches(']').parse();
        host == "localhost" || address.is_ok_and(|address: IpAddr| address.is_loopback())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_is_where_the_server_listens_or_this_machine_where_that_is_everywhere() {
        for (address, url) in [
            ("127.0.0.1:3000", "http://127.0.0.1:3000"),
            ("192.0.2.1:80", "http://192.0.2.1:80"),
            ("[2001:db8::1]:80", "http://[2001:db8::1]:80"),
            ("0.0.0.0:81", "http://127.0.0.1:81"),
            ("[::]:81", "http://[::1]:81"),
        ] {
            assert_eq!(of(address.parse().unwrap()), url);
        }
    }

    #[test]
    fn a_url_of_another_machine_was_written_for_it() {
        for here in ["http://127.0.0.1:3000", "http://localhost", "http://[::1]:80/", "https://127.9.9.9"] {
            assert!(is_this_machine(here), "{here}");
        }
        for elsewhere in ["https://api.example.com", "http://10.0.0.1", "https://localhost.example", "", "/x"]
        {
            assert!(!is_this_machine(elsewhere), "{elsewhere}");
        }
    }
}
