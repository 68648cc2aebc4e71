//! Who may come in: so many requests at once, so many of one client, and so long a wait.
//!
//! A place is for work. A body that is short and says how long it is is waited for outside, where it takes nothing but
//! the memory of what has come of it; others are let in as they arrive, to at most half of the places. So whoever sends
//! slowly, or nothing any more, is in nobody's way.

mod arrival;
mod guests;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::settings::Settings;
pub(super) use arrival::GATHERED_BYTES;
use guests::{Guest, Guests};

/// What the bodies that are waited for may have together, in units that a semaphore can count.
const GATHERED_TOGETHER_KIB: usize = 128 << 10;

pub(super) struct Admission {
    places: Arc<Semaphore>,
    /// Those of the places that requests may have whose bodies still arrive.
    arriving: Arc<Semaphore>,
    /// KiB for the bodies that are waited for.
    gathered: Arc<Semaphore>,
    guests: Arc<Guests>,
    wait: Duration,
    idle: Duration,
}

/// What a request has while it is worked on; it is free for others when this is dropped.
pub(crate) struct Stay {
    _place: OwnedSemaphorePermit,
    _guest: Option<Guest>,
    _gathered: Option<OwnedSemaphorePermit>,
}

impl Admission {
    pub(super) fn new(settings: &Settings) -> Self {
        let places = settings.max_concurrent_requests.clamp(1, Semaphore::MAX_PERMITS);
        Self {
            places: Arc::new(Semaphore::new(places)),
            arriving: Arc::new(Semaphore::new((places / 2).max(1))),
            gathered: Arc::new(Semaphore::new(GATHERED_TOGETHER_KIB)),
            guests: Guests::new(settings.max_requests_per_client),
            wait: settings.queue_timeout,
            idle: settings.body_idle_timeout,
        }
    }

    /// A place; none when none became free in time.
    pub(super) async fn admit(
        &self,
        guest: Option<Guest>,
        gathered: Option<OwnedSemaphorePermit>,
    ) -> Option<Stay> {
        let place = self.one_of(&self.places).await?;
        Some(Stay { _place: place, _guest: guest, _gathered: gathered })
    }

    /// Leave to be let in before the body is there.
    pub(super) async fn let_arrive(&self) -> Option<OwnedSemaphorePermit> {
        self.one_of(&self.arriving).await
    }

    async fn one_of(&self, permits: &Arc<Semaphore>) -> Option<OwnedSemaphorePermit> {
        if let Ok(permit) = permits.clone().try_acquire_owned() {
            return Some(permit);
        }
        tokio::time::timeout(self.wait, permits.clone().acquire_owned()).await.ok()?.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_waits_too_long_is_turned_away_and_a_freed_place_is_taken() {
        let settings = Settings {
            max_concurrent_requests: 1,
            queue_timeout: Duration::from_millis(100),
            ..Settings::default()
        };
        let admission = Admission::new(&settings);
        let place = admission.admit(None, None).await.unwrap();

        assert!(admission.admit(None, None).await.is_none());

        let leave = async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            drop(place);
        };
        let (admitted, ()) = tokio::join!(admission.admit(None, None), leave);
        assert!(admitted.is_some());
    }

    #[tokio::test]
    async fn bodies_that_still_arrive_have_half_of_the_places() {
        let settings = Settings {
            max_concurrent_requests: 4,
            queue_timeout: Duration::from_millis(10),
            ..Settings::default()
        };
        let admission = Admission::new(&settings);
        let arriving = (admission.let_arrive().await.unwrap(), admission.let_arrive().await.unwrap());

        assert!(admission.let_arrive().await.is_none());
        assert!(admission.admit(None, None).await.is_some());
        drop(arriving);
        assert!(admission.let_arrive().await.is_some());
    }
}
