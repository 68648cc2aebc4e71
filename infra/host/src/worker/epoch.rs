//! What happens at every tick of an instance that computes: its deadline is looked at, and when it
//! is heavy it hands the processor on.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use wasmtime::{Engine, Store, UpdateDeadline};

use super::{Activity, State};

/// How often a computing instance is looked at.
const TICK: Duration = Duration::from_millis(5);
/// The processor time, counted from the first tick that found it computing, from which on a request is heavy.
const HEAVY: Duration = Duration::from_micros(2_500);

/// Why an instance was stopped in the middle of computing; what becomes of its request stands in
/// the request.
#[derive(Debug, thiserror::Error)]
#[error("stopped at its deadline")]
struct Late;

/// Ticks for as long as the engine lives.
pub(crate) fn start_ticker(engine: &Engine) -> std::io::Result<()> {
    let engine = engine.weak();
    let tick = move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            thread::sleep(TICK);
        }
    };
    thread::Builder::new().name("ticker".to_owned()).spawn(tick).map(drop)
}

/// Makes a store look up at every tick.
pub(super) fn watch(store: &mut Store<State>) {
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(|store| tick(&store.data().activity));
}

fn tick(activity: &Arc<Activity>) -> wasmtime::Result<UpdateDeadline> {
    let usage = activity.tick();
    if let Some(request) = &usage.request
        && Instant::now() >= request.deadline
    {
        request.timed_out.set();
        return Err(Late.into());
    }
    // Whoever holds a database's writer gate is waited for by others, perhaps by those who have
    // the permits: it only lets the short ones pass.
    let free = usage.spent < HEAVY || activity.holds_gate();
    let place = if free { None } else { Some(activity.heavy()?) };
    let (activity, held) = (activity.clone(), usage.permit);
    let pass = async move {
        drop(held);
        // Even when the turn comes at once, what else waits on this thread goes first.
        tokio::task::yield_now().await;
        let permit = match place {
            Some(place) => place.turn().await,
            None => None,
        };
        activity.resume(permit);
    };
    Ok(UpdateDeadline::YieldCustom(1, Box::pin(pass)))
}
