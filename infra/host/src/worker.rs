//! Instances of components: made, given requests, limited, reused and thrown away.

mod activity;
mod cpu;
mod epoch;
mod expiry;
mod factory;
mod memory;
mod store;

pub(crate) use activity::{Activity, processor_time};
pub(crate) use cpu::{HeavyQueue, Place, Present};
pub(crate) use epoch::start_ticker;
pub(crate) use factory::{Factory, Reuse};
pub(crate) use store::State;
