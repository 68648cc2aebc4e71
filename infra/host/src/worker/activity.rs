//! What an instance is doing at the moment: which request, how much of the processor it has had,
//! whether it may be made to wait.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::ThreadId;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use tokio::sync::OwnedSemaphorePermit;

use super::cpu::Place;
use crate::app::ComponentState;
use crate::request::Request;

/// Shared between a store's data, its epoch callback, its expiration and its output streams.
pub(crate) struct Activity {
    /// The component that the instance is of.
    pub(crate) component: Arc<ComponentState>,
    /// How many writer gates of databases it holds: while it does, nobody may make it wait.
    pub(crate) gates: AtomicUsize,
    /// The sum of its memories.
    pub(crate) memory_bytes: AtomicU64,
    now: Mutex<Now>,
}

#[derive(Default)]
struct Now {
    request: Option<Arc<Request>>,
    /// The processor time that is known to have been spent on the present request.
    spent: Duration,
    /// When it was last seen running, if it has not paused since.
    running_since: Option<Moment>,
    permit: Option<OwnedSemaphorePermit>,
    /// Its place among the heavy requests, once it is one.
    place: Option<Arc<Place>>,
}

/// A moment of the thread that an instance runs on. Time in which the thread itself had to wait for a processor doesn't
/// count: a request is not heavy because the machine is busy.
#[derive(Clone, Copy)]
struct Moment {
    thread: ThreadId,
    processor_time: Duration,
}

/// How the processor is used, seen at a tick.
pub(crate) struct Usage {
    pub(crate) request: Option<Arc<Request>>,
    pub(crate) spent: Duration,
    /// What it held to run; the holder decides whether it goes on with it.
    pub(crate) permit: Option<OwnedSemaphorePermit>,
}

/// Why an instance was stopped; its request says so too.
#[derive(Debug, thiserror::Error)]
#[error("stopped because too many requests want the processor")]
pub(crate) struct Crowded;

/// How long this thread has had a processor.
pub(crate) fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    let nanoseconds = u32::try_from(time.tv_nsec).unwrap_or_default();
    Duration::new(seconds, nanoseconds)
}

impl Moment {
    fn now() -> Self {
        Self { thread: std::thread::current().id(), processor_time: processor_time() }
    }

    /// The processor time since then; none that can be known when the instance has moved to another thread.
    fn since(self, before: Self) -> Duration {
        if self.thread != before.thread {
            return Duration::ZERO;
        }
        self.processor_time.saturating_sub(before.processor_time)
    }
}

impl Activity {
    pub(crate) fn new(component: Arc<ComponentState>) -> Arc<Self> {
        Arc::new(Self {
            component,
            gates: AtomicUsize::new(0),
            memory_bytes: AtomicU64::new(0),
            now: Mutex::default(),
        })
    }

    /// A request begins: what the one before it used is forgotten.
    pub(crate) fn begin(&self, request: Arc<Request>) {
        let before = std::mem::replace(&mut *self.lock(), Now { request: Some(request), ..Now::default() });
        drop(before);
    }

    /// Nothing is left to do: the request's place in the house is free.
    pub(crate) fn rest(&self) {
        let before = std::mem::take(&mut *self.lock());
        drop(before);
    }

    /// The request that the instance works on; the latest one when it works on several.
    pub(crate) fn request(&self) -> Option<Arc<Request>> {
        self.lock().request.clone()
    }

    /// The instance waits for something. What it held to run is for others now.
    pub(crate) fn pause(&self) {
        let mut now = self.lock();
        now.running_since = None;
        let permit = now.permit.take();
        drop(now);
        drop(permit);
    }

    /// A tick of the clock found the instance running.
    pub(crate) fn tick(&self) -> Usage {
        let mut now = self.lock();
        let at = Moment::now();
        if let Some(before) = now.running_since.replace(at) {
            now.spent += at.since(before);
        }
        Usage { request: now.request.clone(), spent: now.spent, permit: now.permit.take() }
    }

    /// The place that the request has among the heavy ones, or gets now and keeps to its end.
    pub(crate) fn heavy(&self) -> Result<Arc<Place>, Crowded> {
        let mut now = self.lock();
        if now.place.is_none() {
            now.place = self.component.heavy.join();
            let request = now.request.as_ref().filter(|_| now.place.is_some());
            if let Some(present) = request.and_then(|request| request.present.upgrade()) {
                present.is_heavy();
            }
        }
        if now.place.is_none()
            && let Some(request) = &now.request
        {
            request.crowded_out.set();
        }
        now.place.clone().ok_or(Crowded)
    }

    /// It goes on after having let others pass, with a permit if it waited for one.
    pub(crate) fn resume(&self, permit: Option<OwnedSemaphorePermit>) {
        let mut now = self.lock();
        now.running_since = Some(Moment::now());
        now.permit = permit;
    }

    pub(crate) fn holds_gate(&self) -> bool {
        self.gates.load(Ordering::Acquire) > 0
    }

    fn lock(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
