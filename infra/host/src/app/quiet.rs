//! How long a connection has asked for nothing.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// What is known of one connection.
#[derive(Debug)]
pub(super) struct Quiet(Mutex<State>);

#[derive(Debug)]
struct State {
    /// Whether it has asked for anything yet.
    asked: bool,
    under_way: usize,
    since: Instant,
}

/// A request of the connection, until its answer has been sent.
pub(super) struct Asking(Arc<Quiet>);

impl Quiet {
    /// A connection that has just begun.
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(State { asked: false, under_way: 0, since: Instant::now() })))
    }

    /// It asks for something.
    pub(super) fn ask(self: &Arc<Self>) -> Asking {
        let mut state = self.state();
        state.asked = true;
        state.under_way += 1;
        Asking(self.clone())
    }

    pub(super) fn has_asked(&self) -> bool {
        self.state().asked
    }

    /// When it will have been quiet for too long: so long before its first request, and so long after one; none while one
    /// is under way.
    pub(super) fn ends_at(&self, first: Duration, idle: Duration) -> Option<Instant> {
        let state = self.state();
        (state.under_way == 0).then(|| state.since + if state.asked { idle } else { first })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.under_way -= 1;
        state.since = Instant::now();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Duration = Duration::from_secs(1);
    const IDLE: Duration = Duration::from_secs(60);

    #[test]
    fn a_connection_is_quiet_from_its_beginning_or_from_the_end_of_its_last_answer() {
        let (quiet, begun) = (Quiet::new(), Instant::now());
        let ends_at = |quiet: &Arc<Quiet>| quiet.ends_at(FIRST, IDLE);
        assert!(ends_at(&quiet).is_some_and(|at| at <= begun + FIRST) && !quiet.has_asked());
        let (one, other) = (quiet.ask(), quiet.ask());
        drop(one);
        assert_eq!((ends_at(&quiet), quiet.has_asked()), (None, true));
        let answered = Instant::now();
        drop(other);
        assert!(ends_at(&quiet).is_some_and(|at| at >= answered + IDLE));
    }
}
