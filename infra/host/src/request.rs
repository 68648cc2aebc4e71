//! One request on its way through the host.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Instant;

use crate::app::Stay;
use crate::http::identity::Identity;
use crate::worker::Present;

/// What the host knows about a request while a component works on it.
///
/// It holds the request's place in the house: the place is free again when the last holder lets
/// go, and the component's instance is one of them. A client that hangs up frees nothing early.
pub struct Request {
    /// Its id and trace.
    pub(crate) identity: Identity,
    /// When it must be over.
    pub(crate) deadline: Instant,
    /// It was stopped at its deadline.
    pub(crate) timed_out: Flag,
    /// It was stopped because too many wanted the processor.
    pub(crate) crowded_out: Flag,
    /// Its body was longer than it may be.
    pub(crate) too_large: Flag,
    /// Its body stopped arriving, or arrived too slowly.
    pub(crate) stalled: Flag,
    /// It among those that are worked on; gone once it is answered, or its client has hung up.
    pub(crate) present: Weak<Present>,
    _stay: Option<Stay>,
}

impl Request {
    pub(crate) fn new(
        identity: Identity,
        deadline: Instant,
        stay: Option<Stay>,
        present: &Arc<Present>,
    ) -> Arc<Self> {
        Arc::new(Self {
            identity,
            deadline,
            timed_out: Flag::default(),
            crowded_out: Flag::default(),
            too_large: Flag::default(),
            stalled: Flag::default(),
            present: Arc::downgrade(present),
            _stay: stay,
        })
    }
}

/// Something that happens once.
#[derive(Debug, Default)]
pub(crate) struct Flag(AtomicBool);

impl Flag {
    pub(crate) fn set(&self) {
        self.0.store(true, Ordering::Release);
    }

    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}
