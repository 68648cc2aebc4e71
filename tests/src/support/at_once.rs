//! Calls that are made at once, and what they are waited for.

use std::sync::Barrier;
use std::time::{Duration, Instant};

/// What `count` calls return that are made at once; each is told its number.
pub fn at_once<T: Send>(count: usize, call: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let start = Barrier::new(count);
    std::thread::scope(|scope| {
        let run = |number| {
            start.wait();
            call(number)
        };
        let calls: Vec<_> = (0..count).map(|number| scope.spawn(move || run(number))).collect();
        calls.into_iter().map(|call| call.join().expect("a call that returns")).collect()
    })
}

/// What eight calls return that are made at once; each is told its number.
pub fn eight_at_once<T: Send>(call: impl Fn(usize) -> T + Sync) -> Vec<T> {
    at_once(8, call)
}

/// Waits for what happens elsewhere.
///
/// # Panics
///
/// When it has not happened after a minute.
#[track_caller]
pub fn wait_until(mut done: impl FnMut() -> bool) {
    let started = Instant::now();
    while !done() {
        assert!(started.elapsed() < Duration::from_secs(60), "it never came to that");
        std::thread::sleep(Duration::from_micros(200));
    }
}
