//! How many requests of each client are under way.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

use super::Admission;
use crate::near::is_near;

/// Counts the requests of each client from afar.
pub(super) struct Guests {
    most: usize,
    now: Mutex<HashMap<IpAddr, usize>>,
}

/// One request of one client; it counts until it is dropped.
pub(crate) struct Guest {
    guests: Arc<Guests>,
    client: IpAddr,
}

/// The client has as many requests under way as it may.
pub(crate) struct TooMany;

impl Admission {
    /// Counts a request of a client; none is needed for one that is near.
    pub(crate) fn receive(&self, client: IpAddr) -> Result<Option<Guest>, TooMany> {
        self.guests.receive(client)
    }
}

impl Guests {
    pub(super) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, now: Mutex::default() })
    }

    fn receive(self: &Arc<Self>, client: IpAddr) -> Result<Option<Guest>, TooMany> {
        if self.most == 0 || is_near(client) {
            return Ok(None);
        }
        let client = household(client);
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        let count = now.entry(client).or_default();
        if *count >= self.most {
            return Err(TooMany);
        }
        *count += 1;
        Ok(Some(Guest { guests: self.clone(), client }))
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let mut now = self.guests.now.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = now.get_mut(&self.client) {
            *count -= 1;
            if *count == 0 {
                now.remove(&self.client);
            }
        }
    }
}

/// Whoever has one address of IPv6 has all of its network's.
fn household(client: IpAddr) -> IpAddr {
    match client.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guests(most: usize) -> impl Fn(&str) -> Result<Option<Guest>, ()> {
        let guests = Guests::new(most);
        move |client| guests.receive(client.parse().unwrap()).map_err(|TooMany| ())
    }

    #[test]
    fn each_client_has_its_own_count_and_who_goes_makes_room() {
        let receive = guests(2);
        let first = receive("192.0.2.1").unwrap();
        let _second = receive("::ffff:192.0.2.1").unwrap();

        assert!(receive("192.0.2.1").is_err());
        assert!(receive("192.0.2.2").is_ok());
        drop(first);
        assert!(receive("192.0.2.1").is_ok());
    }

    #[test]
    fn all_addresses_of_a_network_of_ipv6_are_one_client() {
        let receive = guests(1);
        let _one = receive("2001:db8:0:1::1").unwrap();
        assert!(receive("2001:db8:0:1:ffff::2").is_err());
        assert!(receive("2001:db8:0:2::1").is_ok());
    }

    #[test]
    fn clients_that_are_near_are_not_counted_and_nobody_is_where_the_setting_says_so() {
        for (most, client) in [(1, "127.0.0.1"), (1, "10.0.0.1"), (0, "192.0.2.1")] {
            let receive = guests(most);
            let _first = receive(client).unwrap();
            assert!(receive(client).is_ok(), "{client}");
        }
    }

    #[test]
    fn a_client_that_is_gone_is_forgotten() {
        let guests = Guests::new(1);
        drop(guests.receive("192.0.2.1".parse().unwrap()));
        assert!(guests.now.lock().unwrap().is_empty());
    }
}
