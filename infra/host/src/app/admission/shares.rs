//! How much of something each client has, and that none has more than its share.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// Counts what each client has.
#[derive(Debug)]
pub(super) struct Shares {
    most: usize,
    now: Mutex<HashMap<IpAddr, usize>>,
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
        let has = now.get(&self.client).copied().unwrap_or_default();
        let wants = has.saturating_add(units);
        if wants > self.shares.most {
            return Err(TooMuch);
        }
        now.insert(self.client, wants);
        self.units += units;
        Ok(())
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut now = self.shares.now.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(has) = now.get_mut(&self.client) {
            *has -= self.units;
            if *has == 0 {
                now.remove(&self.client);
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
