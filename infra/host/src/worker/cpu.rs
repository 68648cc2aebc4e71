//! Turns at the processor for requests that need much of it.
//!
//! A request that is found computing at one tick and has had the processor for half of the time to the next is
//! *heavy*. Heavy requests share fewer permits than there are worker threads and hand them on at every tick, first
//! come first served, so that however many passwords are hashed at once, a short request always finds a thread. While
//! there are many short ones, a heavy one pauses before each turn, so that they keep most of the processor; while there are
//! none, the heavy ones have the last thread too, until the tick after one comes.
//!
//! What the host itself computes for a request, on another thread, can't be cut into ticks: it has a *long turn*. Those who
//! want one wait in a queue of their own, so that nobody waits behind all of them for a tick.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How long a turn waits where there are many short requests. A turn lasts 5 ms, so heavy ones have at most two thirds of
/// the threads that they share.
const PAUSE: Duration = Duration::from_micros(2_500);

/// Of the threads that heavy requests share, long turns have one in so many where there are many short requests. Their
/// work is not on the worker threads, and so takes part of every processor.
const SHARE: usize = 3;
/// How often it is looked whether there still are many.
const STEP: Duration = Duration::from_millis(5);
/// How long nobody has the next long turn at most.
const MAX_REST: Duration = Duration::from_millis(500);

/// The permits, and how many requests share them.
#[derive(Debug)]
pub(crate) struct HeavyQueue {
    permits: Arc<Semaphore>,
    /// The right to want a permit for a long turn: for as many as can have one.
    long: Arc<Semaphore>,
    /// How many times as long as a long turn was nobody gets the right to the next one, where there are many short requests.
    rest: u32,
    /// Whether one more permit may be lent while there are no short requests, and whether it is.
    has_spare: bool,
    is_lent: AtomicBool,
    members: AtomicUsize,
    most: usize,
    /// The short requests: those that are worked on and are not heavy, without those that wait for their client to send.
    short: AtomicUsize,
    /// With more short requests than this there are many.
    few: usize,
}

/// A request that is worked on, for as long as this lives.
#[derive(Debug)]
pub(crate) struct Present {
    queue: Arc<HeavyQueue>,
    state: AtomicU8,
}

/// It counts as a short one.
const SHORT: u8 = 0;
/// It waits for its client.
const WAITS: u8 = 1;
/// It is heavy, and stays so.
const HEAVY: u8 = 2;

/// The place of one request in the queue, from the moment it is heavy to its end.
#[derive(Debug)]
pub(crate) struct Place(Arc<HeavyQueue>);

/// The right to compute on another thread until it is done.
#[derive(Debug)]
pub(crate) struct LongTurn {
    queue: Arc<HeavyQueue>,
    turn: OwnedSemaphorePermit,
    right: OwnedSemaphorePermit,
}

impl HeavyQueue {
    /// So many compute, and one more while there are no short requests if there is a spare thread; so many more wait.
    pub(crate) fn new(permits: usize, has_spare: bool, waiting: usize) -> Arc<Self> {
        let permits = permits.clamp(1, Semaphore::MAX_PERMITS - 1);
        let long = permits + usize::from(has_spare);
        Arc::new(Self {
            permits: Arc::new(Semaphore::new(permits)),
            long: Arc::new(Semaphore::new(long)),
            rest: u32::try_from(SHARE * long / permits - 1).unwrap_or(u32::MAX),
            has_spare,
            is_lent: AtomicBool::new(false),
            members: AtomicUsize::new(0),
            most: permits.saturating_add(waiting),
            short: AtomicUsize::new(0),
            few: permits.saturating_add(1),
        })
    }

    /// Counts a request that is worked on.
    pub(crate) fn enter(self: &Arc<Self>) -> Arc<Present> {
        self.short.fetch_add(1, Ordering::AcqRel);
        Arc::new(Present { queue: self.clone(), state: AtomicU8::new(SHORT) })
    }

    fn is_crowded(&self) -> bool {
        self.short() > self.few
    }

    fn short(&self) -> usize {
        self.short.load(Ordering::Acquire)
    }

    /// A place in the queue; none when it is full. Who has one keeps it: it is the newcomer that
    /// is turned away, not the one that has been computing for a while.
    pub(crate) fn join(self: &Arc<Self>) -> Option<Arc<Place>> {
        let before = self.members.fetch_add(1, Ordering::AcqRel);
        // Made at once, so that it is counted down again on either way out.
        let place = Arc::new(Place(self.clone()));
        (before < self.most).then_some(place)
    }
}

impl Place {
    /// Waits for its turn.
    pub(crate) async fn turn(&self) -> Option<OwnedSemaphorePermit> {
        let queue = &self.0;
        if queue.has_spare && queue.short() == 0 && !queue.is_lent.swap(true, Ordering::AcqRel) {
            queue.permits.add_permits(1);
        }
        let mut permit = queue.permits.clone().acquire_owned().await.ok()?;
        if queue.short() > 0 && queue.is_lent.swap(false, Ordering::AcqRel) {
            permit.forget();
            permit = queue.permits.clone().acquire_owned().await.ok()?;
        }
        // With the permit in hand: otherwise the next heavy one would only take over.
        if queue.is_crowded() {
            tokio::time::sleep(PAUSE).await;
        }
        Some(permit)
    }

    /// Waits for a long turn.
    pub(crate) async fn long_turn(&self) -> Option<LongTurn> {
        let right = self.0.long.clone().acquire_owned().await.ok()?;
        let turn = self.turn().await?;
        Some(LongTurn { queue: self.0.clone(), turn, right })
    }
}

impl LongTurn {
    /// It is over, after so much time of a processor. Who is cut into ticks has the permit at once; the next long turn comes
    /// after a rest, if there are many short requests.
    pub(crate) async fn end(self, spent: Duration) {
        let Self { queue, turn, right } = self;
        drop(turn);
        let mut rest = spent.saturating_mul(queue.rest).min(MAX_REST);
        while !rest.is_zero() && queue.is_crowded() {
            let step = rest.min(STEP);
            tokio::time::sleep(step).await;
            rest = rest.saturating_sub(step);
        }
        drop(right);
    }
}

impl Present {
    /// It waits for its client, and needs no processor meanwhile: whoever sends slowly must not slow down those who
    /// compute.
    pub(crate) fn waits(&self) {
        if self.change(SHORT, WAITS) {
            self.queue.short.fetch_sub(1, Ordering::AcqRel);
        }
    }

    /// Something came.
    pub(crate) fn goes_on(&self) {
        if self.change(WAITS, SHORT) {
            self.queue.short.fetch_add(1, Ordering::AcqRel);
        }
    }

    /// It is a short one no more, nor will it be.
    pub(crate) fn is_heavy(&self) {
        if self.state.swap(HEAVY, Ordering::AcqRel) == SHORT {
            self.queue.short.fetch_sub(1, Ordering::AcqRel);
        }
    }

    fn change(&self, from: u8, to: u8) -> bool {
        self.state.compare_exchange(from, to, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }
}

impl Drop for Present {
    fn drop(&mut self) {
        self.is_heavy();
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.members.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_full_queue_turns_newcomers_away_until_a_member_leaves() {
        let queue = HeavyQueue::new(1, false, 1);
        let first = queue.join().unwrap();
        let second = queue.join().unwrap();

        assert!(queue.join().is_none());
        drop(second);
        assert!(queue.join().is_some());
        assert!(first.turn().await.is_some());
    }

    #[tokio::test]
    async fn turns_come_in_the_order_of_asking() {
        let queue = HeavyQueue::new(1, false, 2);
        let running = queue.join().unwrap().turn().await.unwrap();
        let order = Arc::new(std::sync::Mutex::new(Vec::new()));
        let mut waiting = Vec::new();
        for number in 0..2 {
            let (place, order) = (queue.join().unwrap(), order.clone());
            waiting.push(tokio::spawn(async move {
                let permit = place.turn().await;
                order.lock().unwrap().push(number);
                drop(permit);
            }));
            tokio::task::yield_now().await;
        }

        assert!(order.lock().unwrap().is_empty());
        drop(running);
        for task in waiting {
            task.await.unwrap();
        }
        assert_eq!(*order.lock().unwrap(), [0, 1]);
    }

    #[tokio::test]
    async fn the_spare_thread_is_lent_while_there_are_no_short_requests() {
        let queue = HeavyQueue::new(1, true, 8);
        let enter = || {
            let present = queue.enter();
            present.is_heavy();
            queue.join().unwrap()
        };
        let (one, other) = (enter(), enter());
        let turn = async |place: &Arc<Place>| {
            tokio::time::timeout(Duration::from_millis(50), place.turn()).await.ok().flatten()
        };
        for _ in 0..3 {
            let both = (turn(&one).await, turn(&other).await);
            assert!(both.0.is_some() && both.1.is_some());
            assert!(turn(&one).await.is_none(), "there are only two");
            drop(both);

            let short = queue.enter();
            let first = turn(&one).await.unwrap();
            assert!(turn(&other).await.is_none(), "one thread is for the short one");
            drop(first);
            assert!(turn(&other).await.is_some());
            drop(short);
        }
    }

    #[tokio::test]
    async fn a_turn_waits_only_where_there_are_many_short_requests() {
        let queue = HeavyQueue::new(1, false, 8);
        let place = queue.join().unwrap();
        let turn = async || {
            let begun = std::time::Instant::now();
            drop(place.turn().await);
            begun.elapsed()
        };
        let few: Vec<_> = (0..2).map(|_| queue.enter()).collect();
        assert!(turn().await < PAUSE, "two short requests");

        let many: Vec<_> = (0..8).map(|_| queue.enter()).collect();
        assert!(turn().await >= PAUSE);
        many.iter().for_each(|present| present.waits());
        assert!(turn().await < PAUSE, "who waits for a client is not in the way");
        many.iter().for_each(|present| present.goes_on());
        assert!(turn().await >= PAUSE);

        many[0].waits();
        drop((few, many));
        assert_eq!(queue.short(), 0);
        assert!(turn().await < PAUSE);
    }

    /// So neither who computes after its client has hung up, nor who computes while its client sends, makes the others look
    /// fewer than they are.
    #[test]
    fn of_heavy_requests_none_counts_as_short_or_against_the_short_ones_whatever_their_clients_do() {
        let queue = HeavyQueue::new(1, false, 8);
        let others = [queue.enter(), queue.enter()];
        let heavy: Vec<_> = (0..4).map(|_| (queue.enter(), queue.join().unwrap())).collect();
        heavy[0].0.waits();
        heavy.iter().for_each(|(present, _)| present.is_heavy());
        assert_eq!(queue.short(), others.len());
        heavy.iter().for_each(|(present, _)| present.goes_on());
        heavy.iter().for_each(|(present, _)| present.waits());
        assert_eq!(queue.short(), others.len());

        let places: Vec<_> = heavy.into_iter().map(|(hung_up, place)| (drop(hung_up), place).1).collect();
        assert_eq!(queue.short(), others.len());
        drop(places);
        assert_eq!(queue.short(), others.len());
        drop(others);
        assert_eq!(queue.short(), 0);
    }

    #[tokio::test]
    async fn after_a_long_turn_the_next_one_waits_only_while_there_are_many_short_requests() {
        let queue = HeavyQueue::new(1, false, 8);
        let place = queue.join().unwrap();
        let until_the_next = async |leaving: &[Arc<Present>]| {
            let turn = place.long_turn().await.unwrap();
            let begun = std::time::Instant::now();
            let ended = tokio::spawn(turn.end(Duration::from_millis(200)));
            tokio::time::sleep(Duration::from_millis(20)).await;
            leaving.iter().for_each(|present| present.waits());
            drop(place.long_turn().await);
            ended.await.unwrap();
            begun.elapsed()
        };
        let rest = Duration::from_millis(400);
        let many: Vec<_> = (0..8).map(|_| queue.enter()).collect();
        assert!(until_the_next(&[]).await >= rest);
        assert!(until_the_next(&many).await < rest, "they went away meanwhile");
        assert!(until_the_next(&[]).await < rest, "there are none");
    }

    /// However many want long turns, whoever is cut into ticks waits for one of them at most.
    #[tokio::test]
    async fn a_tick_comes_before_the_long_turns_that_are_waited_for() {
        let queue = HeavyQueue::new(1, false, 16);
        let many: Vec<_> = (0..24).map(|_| queue.enter()).collect();
        let running = queue.join().unwrap().long_turn().await.unwrap();
        let order = Arc::new(std::sync::Mutex::new(Vec::new()));
        let waiting: Vec<_> = (0..8)
            .map(|_| {
                let (place, order) = (queue.join().unwrap(), order.clone());
                tokio::spawn(async move {
                    let turn = place.long_turn().await;
                    order.lock().unwrap().push("long");
                    drop(turn);
                })
            })
            .collect();
        tokio::task::yield_now().await;

        let resting = tokio::spawn(running.end(Duration::from_millis(50)));
        for _ in 0..3 {
            drop(queue.join().unwrap().turn().await);
            order.lock().unwrap().push("tick");
        }
        for task in waiting {
            task.await.unwrap();
        }
        resting.await.unwrap();

        let order = order.lock().unwrap();
        assert_eq!(order[..3], ["tick"; 3], "{order:?}");
        assert_eq!(order.len(), 11);
        drop(many);
    }
}
