//! The time that components see.

use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use wasmtime_wasi::HostWallClock;

/// Where the wall clock of components, and the time in logs, comes from.
pub trait Clock: Send + Sync {
    /// The present.
    fn now(&self) -> SystemTime;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }
}

/// A clock that stands still until it is set, for tests that own the time.
#[derive(Debug)]
pub struct SettableClock(Mutex<SystemTime>);

impl SettableClock {
    /// A clock that shows `now`.
    #[must_use]
    pub fn new(now: SystemTime) -> Self {
        Self(Mutex::new(now))
    }

    /// Lets it show another time.
    pub fn set(&self, now: SystemTime) {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = now;
    }

    /// Moves it forward.
    pub fn advance(&self, by: Duration) {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) += by;
    }
}

impl Clock for SettableClock {
    fn now(&self) -> SystemTime {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// What WASI asks, in both of its versions.
pub(crate) struct WallClock(pub(crate) std::sync::Arc<dyn Clock>);

impl HostWallClock for WallClock {
    fn resolution(&self) -> Duration {
        Duration::from_nanos(1)
    }

    fn now(&self) -> Duration {
        self.0.now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
    }
}
