//! When an instance ends: after a while without work, or when its request is over time.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::time::Sleep;
use wasmtime_wasi_http::handler::{WorkerExpiration, WorkerStatus};

use super::Activity;

/// What an unused instance is kept for.
const IDLE: Duration = Duration::from_secs(2);
/// What an instance may take past its request's deadline before it is stopped from outside: the
/// request itself is told at the deadline.
const GRACE: Duration = Duration::from_millis(250);

/// Asked whenever the instance has nothing to do right now, so it also knows about pauses.
pub(crate) struct Expiry {
    activity: Arc<Activity>,
    sleep: Pin<Box<Sleep>>,
    limit: Duration,
}

impl Expiry {
    pub(super) fn new(activity: Arc<Activity>, limit: Duration) -> Self {
        Self { activity, limit, sleep: Box::pin(tokio::time::sleep(limit)) }
    }
}

impl WorkerExpiration for Expiry {
    fn poll(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        status: WorkerStatus,
        start: Instant,
    ) -> Poll<()> {
        let end = match status {
            WorkerStatus::Idle => {
                self.activity.rest();
                start + IDLE
            }
            WorkerStatus::Requests | WorkerStatus::PostReturn => {
                self.activity.pause();
                let deadline = self.activity.request().map(|request| request.deadline);
                deadline.unwrap_or(start + self.limit) + GRACE
            }
        };
        let end = tokio::time::Instant::from_std(end);
        if self.sleep.deadline() != end {
            self.sleep.as_mut().reset(end);
        }
        let polled = self.sleep.as_mut().poll(context);
        if polled.is_ready()
            && status != WorkerStatus::Idle
            && let Some(request) = self.activity.request()
        {
            request.timed_out.set();
        }
        polled
    }
}
