//! Something that there is only so much of, and of which one client gets only a part.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::shares::{Share, Shares};

/// One client has at most this part of what there is for all: whoever wants to fill a pool needs as many networks.
const CLIENTS: usize = 8;

/// So many units of something.
pub(in crate::app) struct Pool {
    all: Arc<Semaphore>,
    shares: Arc<Shares>,
}

/// Some of it; it is free for others when this is dropped.
#[derive(Debug)]
pub(crate) struct Room {
    permit: OwnedSemaphorePermit,
    share: Option<Share>,
}

impl Pool {
    /// So much for all, and an eighth of it at most for one client.
    pub(super) fn new(units: usize) -> Self {
        Self::shared(units, (units / CLIENTS).max(1))
    }

    /// So much for all, and so much at most for one client; 0 for any amount.
    pub(in crate::app) fn shared(units: usize, each: usize) -> Self {
        let units = units.clamp(1, Semaphore::MAX_PERMITS);
        Self { all: Arc::new(Semaphore::new(units)), shares: Shares::new(each) }
    }

    /// One unit, if the client may have it and one becomes free in time.
    pub(super) async fn wait(&self, client: Option<IpAddr>, wait: Duration) -> Option<Room> {
        let share = self.shares.take(client, 1).ok()?;
        Some(Room { permit: one_of(&self.all, wait).await?, share })
    }

    /// So much, at once or not at all.
    pub(in crate::app) fn take(&self, client: Option<IpAddr>, units: u32) -> Option<Room> {
        let share = self.shares.take(client, units as usize).ok()?;
        let permit = self.all.clone().try_acquire_many_owned(units).ok()?;
        Some(Room { permit, share })
    }

    /// So much more for whoever has some.
    pub(super) fn enlarge(&self, room: &mut Room, units: u32) -> Option<()> {
        let more = self.all.clone().try_acquire_many_owned(units).ok()?;
        if let Some(share) = &mut room.share {
            share.grow(units as usize).ok()?;
        }
        room.permit.merge(more);
        Some(())
    }

    #[cfg(test)]
    pub(super) fn free(&self) -> usize {
        self.all.available_permits()
    }
}

impl Room {
    pub(super) fn units(&self) -> usize {
        self.permit.num_permits()
    }
}

/// A permit; none when none became free in time.
pub(super) async fn one_of(permits: &Arc<Semaphore>, wait: Duration) -> Option<OwnedSemaphorePermit> {
    if let Ok(permit) = permits.clone().try_acquire_owned() {
        return Some(permit);
    }
    tokio::time::timeout(wait, permits.clone().acquire_owned()).await.ok()?.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(last: u8) -> Option<IpAddr> {
        Some(IpAddr::from([192, 0, 2, last]))
    }

    #[tokio::test]
    async fn one_client_has_an_eighth_and_eight_have_all() {
        let pool = Pool::new(80);
        let mut rooms = Vec::new();
        for last in 1..=8 {
            let mut room = pool.take(client(last), 4).unwrap();
            pool.enlarge(&mut room, 6).unwrap();
            assert!(pool.enlarge(&mut room, 1).is_none());
            assert!(pool.take(client(last), 1).is_none());
            assert!(pool.wait(client(last), Duration::ZERO).await.is_none());
            assert_eq!(room.units(), 10);
            rooms.push(room);
        }
        assert!(pool.take(client(9), 1).is_none());
        assert!(pool.wait(client(9), Duration::from_millis(10)).await.is_none());
        drop(rooms);
        assert_eq!(pool.free(), 80);
        assert!(pool.wait(client(1), Duration::ZERO).await.is_some());
    }

    #[test]
    fn of_a_small_pool_everybody_may_have_one() {
        let pool = Pool::new(2);
        let _one = pool.take(client(1), 1).unwrap();
        assert!(pool.take(client(1), 1).is_none());
        assert!(pool.take(client(2), 1).is_some());
    }
}
