//! How much of something each client has, and that none has more than its share.
//!
//! A client of IPv6 is a network of 64 bits, and whoever asks its provider for more has 65,536 of them in one of 48. So
//! what the networks around a client have is counted too.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use insula_domain::proxies;

/// All clients of one IPv6 network of 48 bits have at most as much as so many of them.
const SURROUNDINGS: usize = 4;

/// Counts what each client has.
#[derive(Debug)]
pub(super) struct Shares {
    most: usize,
    now: Mutex<HashMap<Counted, usize>>,
}

/// Who has something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Counted {
    Client(IpAddr),
    /// All clients of a network, by its address.
    Surroundings(IpAddr),
}

/// What one client has; it counts until it is dropped.
#[derive(Debug)]
pub(crate) struct Share {
    shares: Arc<Shares>,
    client: IpAddr,
    units: usize,
}

/// The client has as much as it may.
#[derive(Debug)]
pub(crate) struct TooMuch;

impl Shares {
    /// So much for each client; 0 for any amount.
    pub(super) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, now: Mutex::default() })
    }

    /// Counts so much more for a client, if it is one that is counted.
    pub(super) fn take(
        self: &Arc<Self>,
        client: Option<IpAddr>,
        units: usize,
    ) -> Result<Option<Share>, TooMuch> {
        let Some(client) = client.filter(|_| self.most > 0) else { return Ok(None) };
        let mut share = Share { shares: self.clone(), client, units: 0 };
        share.grow(units)?;
        Ok(Some(share))
    }
}

impl Share {
    /// Counts so much more for the same client.
    pub(super) fn grow(&mut self, units: usize) -> Result<(), TooMuch> {
        let mut now = self.shares.now.lock().unwrap_or_else(PoisonError::into_inner);
        let wants = |counted: &Counted| now.get(counted).copied().unwrap_or_default().saturating_add(units);
        if self.counted().any(|counted| wants(&counted) > counted.most(self.shares.most)) {
            return Err(TooMuch);
        }
        for counted in self.counted() {
            *now.entry(counted).or_default() += units;
        }
        self.units += units;
        Ok(())
    }

    /// Whom it counts for.
    fn counted(&self) -> impl Iterator<Item = Counted> + use<> {
        let around = proxies::surroundings(self.client).map(Counted::Surroundings);
        [Some(Counted::Client(self.client)), around].into_iter().flatten()
    }
}

impl Counted {
    /// How much it may have, where one client may have so much.
    const fn most(self, of_client: usize) -> usize {
        match self {
            Self::Client(_) => of_client,
            Self::Surroundings(_) => of_client.saturating_mul(SURROUNDINGS),
        }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut now = self.shares.now.lock().unwrap_or_else(PoisonError::into_inner);
        for counted in self.counted() {
            if let Some(has) = now.get_mut(&counted) {
                *has = has.saturating_sub(self.units);
                if *has == 0 {
                    now.remove(&counted);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(last: u8) -> Option<IpAddr> {
        Some(IpAddr::from([192, 0, 2, last]))
    }

    #[test]
    fn each_client_has_its_own_count_and_who_goes_makes_room() {
        let shares = Shares::new(3);
        let first = shares.take(client(1), 1).unwrap();
        let _second = shares.take(client(1), 2).unwrap();

        assert!(shares.take(client(1), 1).is_err());
        assert!(shares.take(client(2), 3).is_ok());
        drop(first);
        assert!(shares.take(client(1), 2).is_err());
        assert!(shares.take(client(1), 1).is_ok());
    }

    /// Protects everybody else from who takes another network of its provider's for each request.
    #[test]
    fn the_networks_of_48_bits_have_as_much_as_four_clients() {
        let shares = Shares::new(2);
        let of = |text: &str| Some(text.parse::<IpAddr>().unwrap());
        let mut held = Vec::new();
        for number in 0..4 {
            held.push(shares.take(of(&format!("2001:db8:1:{number}::")), 2).unwrap());
        }
        assert!(shares.take(of("2001:db8:1:4::"), 1).is_err());
        assert!(shares.take(of("2001:db8:2:4::"), 2).is_ok());
        held.pop();
        assert!(shares.take(of("2001:db8:1:4::"), 2).is_ok());
        drop(held);
        assert!(shares.now.lock().unwrap().is_empty());
    }

    #[test]
    fn what_is_refused_counts_for_nothing() {
        let shares = Shares::new(3);
        let mut share = shares.take(client(1), 2).unwrap().unwrap();
        assert!(share.grow(2).is_err());
        assert!(share.grow(1).is_ok());
        drop(share);
        assert!(shares.now.lock().unwrap().is_empty(), "a client that is gone is forgotten");
        assert!(shares.take(client(1), 4).is_err());
        assert!(shares.now.lock().unwrap().is_empty(), "and so is one that got nothing");
    }

    #[test]
    fn nobody_is_counted_where_the_setting_says_so_and_who_has_no_address_never() {
        assert!(Shares::new(0).take(client(1), 1_000).unwrap().is_none());
        assert!(Shares::new(1).take(None, 1_000).unwrap().is_none());
    }
}
