//! Calls that are made at once.

use std::sync::Barrier;

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
