//! The networks that a key was used from, and when another one is worth telling. Pure.
//!
//! A key remembers [`MOST`] networks; of more, the one that was new the longest ago is forgotten. The first isn't told, and
//! whoever changes its network with each call is told of [`AT_ONCE`] times and then once in [`EVERY_MS`].

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// How many networks of a key are remembered.
pub const MOST: usize = 32;
/// How many are told without a pause.
pub const AT_ONCE: i64 = 8;
/// How long it takes until another one is told, in the long run: seven minutes and a half.
pub const EVERY_MS: i64 = 450_000;
/// How far what is told may be ahead of the time. The PostgreSQL function of the guard has this number too.
pub const AHEAD_MS: i64 = (AT_ONCE - 1) * EVERY_MS;

/// The networks of one key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownNetworks {
    /// The one that was new last comes first.
    networks: Vec<String>,
    /// Until when there would be nothing more to tell, had each that was told taken its time.
    told_until_ms: i64,
}

/// What becomes of a network that a key is used from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// It is remembered, or too many are new: nothing.
    Nothing,
    /// It is the first, and remembered.
    First(KnownNetworks),
    /// It is new: it is remembered, and told.
    New(KnownNetworks),
}

/// The network that an address is in, as far as it is looked at: 24 bits of IPv4, 48 of IPv6, which one customer of a
/// provider has.
#[must_use]
pub fn around(address: IpAddr) -> String {
    let network = match address.to_canonical() {
        IpAddr::V4(narrow) => Ipv4Net::new(narrow, 24).map(IpNet::V4),
        IpAddr::V6(wide) => Ipv6Net::new(wide, 48).map(IpNet::V6),
    };
    // Both prefixes are possible.
    network.map(|network| network.trunc().to_string()).unwrap_or_default()
}

impl KnownNetworks {
    /// Reads what is stored of a key.
    #[must_use]
    pub fn stored(text: Option<&str>, told_until_ms: Option<i64>) -> Self {
        let networks = text.unwrap_or_default().split(' ').filter(|network| !network.is_empty());
        Self {
            networks: networks.map(str::to_owned).collect(),
            told_until_ms: told_until_ms.unwrap_or_default(),
        }
    }

    /// As stored: separated by single spaces.
    #[must_use]
    pub fn to_text(&self) -> String {
        self.networks.join(" ")
    }

    /// The other part of it.
    #[must_use]
    pub const fn told_until_ms(&self) -> i64 {
        self.told_until_ms
    }

    /// Whether there is something to remember of a call that comes from there.
    #[must_use]
    pub fn is_new(&self, network: &str, now_ms: i64) -> bool {
        self.told_until_ms <= now_ms + AHEAD_MS && !self.networks.iter().any(|known| known == network)
    }

    /// What becomes of it.
    #[must_use]
    pub fn see(&self, network: &str, now_ms: i64) -> Seen {
        if !self.is_new(network, now_ms) {
            return Seen::Nothing;
        }
        let others = self.networks.iter().take(MOST - 1).cloned();
        let networks = std::iter::once(network.to_owned()).chain(others).collect();
        if self.networks.is_empty() {
            return Seen::First(Self { networks, told_until_ms: self.told_until_ms });
        }
        Seen::New(Self { networks, told_until_ms: self.told_until_ms.max(now_ms) + EVERY_MS })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = 1_893_499_200_000;

    fn told(known: &mut KnownNetworks, network: &str, now_ms: i64) -> bool {
        match known.see(network, now_ms) {
            Seen::Nothing => false,
            Seen::First(next) => {
                *known = next;
                false
            }
            Seen::New(next) => {
                *known = next;
                true
            }
        }
    }

    #[test]
    fn a_network_is_what_one_customer_has() {
        for (address, network) in [
            ("192.0.2.77", "192.0.2.0/24"),
            ("::ffff:192.0.2.77", "192.0.2.0/24"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ] {
            assert_eq!(around(address.parse().unwrap()), network);
        }
    }

    #[test]
    fn the_first_network_is_remembered_another_is_told_once_and_none_twice() {
        let mut known = KnownNetworks::default();
        assert!(!told(&mut known, "a", NOON));
        assert!(!told(&mut known, "a", NOON));
        assert!(told(&mut known, "b", NOON));
        assert!(!told(&mut known, "a", NOON) && !told(&mut known, "b", NOON));
        assert_eq!(KnownNetworks::stored(Some(&known.to_text()), Some(known.told_until_ms())), known);
        assert_eq!(known.to_text(), "b a");
        assert_eq!(KnownNetworks::stored(None, None), KnownNetworks::default());
    }

    #[test]
    fn of_many_the_oldest_is_forgotten() {
        let mut known = KnownNetworks::default();
        for number in 0..=MOST {
            let now_ms = NOON + i64::try_from(number).unwrap() * EVERY_MS;
            assert_eq!(told(&mut known, &number.to_string(), now_ms), number > 0);
        }
        assert_eq!(known.networks.len(), MOST);
        assert!(known.is_new("0", NOON + 100 * EVERY_MS) && !known.is_new("1", NOON));
    }

    /// Protects the log and the tenant from a caller that comes from elsewhere each time.
    #[test]
    fn of_networks_without_end_few_are_told() {
        let mut known = KnownNetworks::default();
        let seconds = 24 * 3_600;
        let all = (0..seconds)
            .filter(|second| told(&mut known, &second.to_string(), NOON + second * 1_000))
            .count();
        assert_eq!(i64::try_from(all).unwrap(), AT_ONCE + (seconds * 1_000 - 1) / EVERY_MS);
    }
}
