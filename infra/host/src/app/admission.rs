//! Who may come in: so many requests at once, and so long a wait.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::settings::Settings;

pub(super) struct Admission {
    places: Arc<Semaphore>,
    wait: Duration,
}

impl Admission {
    pub(super) fn new(settings: &Settings) -> Self {
        let places = settings.max_concurrent_requests.clamp(1, Semaphore::MAX_PERMITS);
        Self { places: Arc::new(Semaphore::new(places)), wait: settings.queue_timeout }
    }

    /// A place; none when none became free in time.
    pub(super) async fn admit(&self) -> Option<OwnedSemaphorePermit> {
        if let Ok(place) = self.places.clone().try_acquire_owned() {
            return Some(place);
        }
        tokio::time::timeout(self.wait, self.places.clone().acquire_owned()).await.ok()?.ok()
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
        let place = admission.admit().await.unwrap();

        assert!(admission.admit().await.is_none());

        let leave = async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            drop(place);
        };
        let (admitted, ()) = tokio::join!(admission.admit(), leave);
        assert!(admitted.is_some());
    }
}
