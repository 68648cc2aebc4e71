//! The gate in front of a database's writer lock.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::worker::Activity;

/// How long a writer waits, which is what SQLite's own busy timeout would be.
const WAIT: Duration = Duration::from_secs(5);

/// One writer at a time, first come first served.
#[derive(Debug, Default, Clone)]
pub(super) struct WriterGate(Arc<Mutex<()>>);

/// The right to write, until dropped. While an instance has one it is not made to wait for the
/// processor: others wait for it.
pub(super) struct Passage {
    activity: Arc<Activity>,
    _turn: OwnedMutexGuard<()>,
}

impl WriterGate {
    /// Waits for the turn; none when it did not come in time.
    pub(super) async fn pass(&self, activity: Arc<Activity>) -> Option<Passage> {
        let turn = self.turn(WAIT).await?;
        activity.gates.fetch_add(1, Ordering::AcqRel);
        Some(Passage { activity, _turn: turn })
    }

    async fn turn(&self, wait: Duration) -> Option<OwnedMutexGuard<()>> {
        if let Ok(turn) = self.0.clone().try_lock_owned() {
            return Some(turn);
        }
        tokio::time::timeout(wait, self.0.clone().lock_owned()).await.ok()
    }
}

impl Drop for Passage {
    fn drop(&mut self) {
        self.activity.gates.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn writers_pass_in_the_order_of_arrival_and_do_not_wait_for_ever() {
        let gate = WriterGate::default();
        let first = gate.turn(WAIT).await.unwrap();
        let passed = Arc::new(std::sync::Mutex::new(Vec::new()));
        let mut waiting = Vec::new();
        for number in 0..3 {
            let (gate, passed) = (gate.clone(), passed.clone());
            waiting.push(tokio::spawn(async move {
                let turn = gate.turn(WAIT).await;
                passed.lock().unwrap().push(number);
                drop(turn);
            }));
            tokio::task::yield_now().await;
        }

        drop(first);
        for task in waiting {
            task.await.unwrap();
        }
        assert_eq!(*passed.lock().unwrap(), [0, 1, 2]);

        let kept = gate.turn(WAIT).await.unwrap();
        assert!(gate.turn(Duration::from_millis(10)).await.is_none());
        drop(kept);
    }
}
