//! Password hashes by the host itself, which takes three fifths of the time that a component takes.
//!
//! A hash is made on a thread of its own and has one long turn at the processor among the heavy requests: like what a
//! component computes, it leaves most of the processor to short requests.

use std::sync::{Arc, Mutex, PoisonError};

use argon2::{Algorithm, Argon2, Block, Params, Version};
use tokio::runtime::Handle;

use crate::worker::{Place, processor_time};

/// The length of what is made, in bytes.
pub(crate) const TAG: usize = 32;
const MAX_PASSWORD: usize = 16_384;
const MAX_SALT: usize = 64;
const MAX_COST: Cost = Cost { memory_kib: 131_072, passes: 16, lanes: 4 };

/// What a hash costs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    pub(crate) memory_kib: u32,
    pub(crate) passes: u32,
    pub(crate) lanes: u32,
}

/// Makes hashes, in memory that it keeps as long as the process lives: getting as many pages anew costs half as much as the
/// hash.
///
/// Kept is what was needed at once, which is bounded by the long turns, each as large as its last hash. What is in it was
/// computed from a password, and stays until a hash overwrites it.
#[derive(Default)]
pub(crate) struct Hasher(Mutex<Vec<Vec<Block>>>);

/// Why there is no hash.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("a password, salt or cost that is out of bounds")]
    OutOfBounds,
    #[error("argon2id: {0}")]
    Argon2(argon2::Error),
    #[error("argon2id: the thread ended early")]
    Ended,
}

impl Hasher {
    /// The tag of a password, when its turn has come.
    pub(crate) async fn tag(
        self: Arc<Self>,
        place: Arc<Place>,
        password: Vec<u8>,
        salt: Vec<u8>,
        cost: Cost,
    ) -> Result<[u8; TAG], Failure> {
        let argon2 = cost.argon2()?;
        if password.len() > MAX_PASSWORD || salt.len() > MAX_SALT {
            return Err(Failure::OutOfBounds);
        }
        let turn = place.long_turn().await;
        drop(place);
        let runtime = Handle::current();
        // Whoever waits for it may give up; the turn goes on until the thread is free.
        let work = move || {
            let before = processor_time();
            let tag = self.compute(&argon2, &password, &salt);
            if let Some(turn) = turn {
                runtime.spawn(turn.end(processor_time().saturating_sub(before)));
            }
            tag
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| Failure::Ended)?
    }

    fn compute(&self, argon2: &Argon2<'_>, password: &[u8], salt: &[u8]) -> Result<[u8; TAG], Failure> {
        let kept = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let blocks = argon2.params().block_count();
        let of_another = kept().pop();
        let mut memory =
            of_another.filter(|memory| memory.len() == blocks).unwrap_or_else(|| vec![Block::new(); blocks]);
        let mut tag = [0; TAG];
        let result = argon2.hash_password_into_with_memory(password, salt, &mut tag, &mut memory);
        kept().push(memory);
        result.map(|()| tag).map_err(Failure::Argon2)
    }
}

impl Cost {
    fn argon2(self) -> Result<Argon2<'static>, Failure> {
        let Self { memory_kib, passes, lanes } = self;
        if memory_kib > MAX_COST.memory_kib || passes > MAX_COST.passes || lanes > MAX_COST.lanes {
            return Err(Failure::OutOfBounds);
        }
        let params = Params::new(memory_kib, passes, lanes, Some(TAG)).map_err(Failure::Argon2)?;
        Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::worker::HeavyQueue;

    async fn tag(
        hasher: &Arc<Hasher>,
        password: &str,
        salt: &[u8],
        cost: [u32; 3],
    ) -> Result<[u8; TAG], Failure> {
        let place = HeavyQueue::new(1, false, 1).join().unwrap();
        let [memory_kib, passes, lanes] = cost;
        let cost = Cost { memory_kib, passes, lanes };
        hasher.clone().tag(place, password.into(), salt.into(), cost).await
    }

    #[tokio::test]
    async fn in_memory_that_other_hashes_were_made_in_a_hash_is_the_same() {
        let hasher = Arc::new(Hasher::default());
        for cost in [[256, 2, 1], [64, 1, 1], [512, 3, 4], [64, 1, 1], [256, 2, 1]] {
            for password in ["", "correct horse"] {
                let mut alone = [0; TAG];
                let params = Params::new(cost[0], cost[1], cost[2], None).unwrap();
                let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
                argon2.hash_password_into(password.as_bytes(), &[7; 16], &mut alone).unwrap();

                assert_eq!(tag(&hasher, password, &[7; 16], cost).await.unwrap(), alone);
            }
        }
        assert_eq!(hasher.0.lock().unwrap().len(), 1, "they came one after another");
    }

    #[tokio::test]
    async fn what_is_out_of_bounds_is_refused_before_anything_is_computed() {
        let hasher = Arc::new(Hasher::default());
        for cost in [[131_073, 1, 1], [64, 17, 1], [64, 1, 5], [64, 0, 1], [7, 1, 1], [64, 1, 0]] {
            assert!(tag(&hasher, "correct horse", &[7; 16], cost).await.is_err(), "{cost:?}");
        }
        for (password, salt) in [(MAX_PASSWORD + 1, 16), (8, MAX_SALT + 1)] {
            let refused = tag(&hasher, &"a".repeat(password), &vec![7; salt], [64, 1, 1]).await;
            assert!(matches!(refused, Err(Failure::OutOfBounds)));
        }
        assert!(hasher.0.lock().unwrap().is_empty());
        assert!(
            tag(&hasher, "correct horse", &[7; 7], [64, 1, 1]).await.is_err(),
            "a salt has 8 bytes at least"
        );
    }

    #[tokio::test]
    async fn a_hash_waits_for_its_turn() {
        let queue = HeavyQueue::new(1, false, 8);
        let hasher = Arc::new(Hasher::default());
        let running = queue.join().unwrap().turn().await;
        let cost = Cost { memory_kib: 64, passes: 1, lanes: 1 };
        let mut hash = Box::pin(hasher.tag(queue.join().unwrap(), vec![], vec![7; 16], cost));

        assert!(tokio::time::timeout(Duration::from_millis(50), &mut hash).await.is_err());
        drop(running);
        assert!(hash.await.is_ok());
        let next = queue.join().unwrap();
        let turn = tokio::time::timeout(Duration::from_secs(30), next.long_turn()).await;
        assert!(turn.is_ok_and(|turn| turn.is_some()), "it has handed it on");
    }

    #[tokio::test]
    async fn the_most_that_it_may_cost_is_computed() {
        let hasher = Arc::new(Hasher::default());
        for cost in [[MAX_COST.memory_kib, 1, 1], [64, MAX_COST.passes, MAX_COST.lanes]] {
            assert!(tag(&hasher, &"a".repeat(MAX_PASSWORD), &[7; MAX_SALT], cost).await.is_ok(), "{cost:?}");
        }
    }

    #[tokio::test]
    async fn whoever_gives_up_leaves_no_turn_behind() {
        let queue = HeavyQueue::new(1, false, 8);
        let hasher = Arc::new(Hasher::default());
        let cost = Cost { memory_kib: 65_536, passes: 2, lanes: 1 };
        let begin = || Box::pin(hasher.clone().tag(queue.join().unwrap(), vec![], vec![7; 16], cost));
        let running = queue.join().unwrap().turn().await;
        let mut waits = begin();
        assert!(tokio::time::timeout(Duration::from_millis(20), &mut waits).await.is_err());
        drop((waits, running));
        let mut computes = begin();
        assert!(tokio::time::timeout(Duration::from_millis(20), &mut computes).await.is_err());
        drop(computes);

        let next = tokio::time::timeout(Duration::from_secs(30), begin()).await;
        assert!(next.is_ok_and(|tag| tag.is_ok()));
    }
}
