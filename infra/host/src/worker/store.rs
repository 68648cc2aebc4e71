//! What every instance carries: its WASI world, its HTTP client, its resources, its limits.

use std::sync::Arc;

use wasmtime::component::ResourceTable;
use wasmtime::{Engine, Store};
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use super::memory::MemoryLimit;
use super::{Activity, epoch};
use crate::app::ComponentState;
use crate::clock::WallClock;
use crate::http::outgoing::Outgoing;
use crate::log::{GuestOutput, Level};

/// The data of a store.
pub(crate) struct State {
    pub(crate) table: ResourceTable,
    pub(crate) activity: Arc<Activity>,
    wasi: WasiCtx,
    http: WasiHttpCtx,
    outgoing: Outgoing,
    memory: MemoryLimit,
}

impl State {
    /// A store for a new instance of a component.
    pub(super) fn store(
        engine: &Engine,
        component: Arc<ComponentState>,
        memory_limit_bytes: u64,
    ) -> Store<Self> {
        let activity = Activity::new(component);
        let component = &activity.component;
        let mut wasi = WasiCtxBuilder::new();
        wasi.stdout(GuestOutput::new(Level::Info, activity.clone()))
            .stderr(GuestOutput::new(Level::Warn, activity.clone()))
            .wall_clock(WallClock(component.clock.clone()))
            .envs(&component.environment);
        let state = Self {
            table: ResourceTable::new(),
            wasi: wasi.build(),
            http: WasiHttpCtx::new(),
            outgoing: Outgoing::new(activity.clone()),
            memory: MemoryLimit { activity: activity.clone(), limit_bytes: memory_limit_bytes },
            activity,
        };
        let mut store = Store::new(engine, state);
        store.limiter(|state| &mut state.memory);
        epoch::watch(&mut store);
        store
    }

    pub(crate) fn component(&self) -> &Arc<ComponentState> {
        &self.activity.component
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { ctx: &mut self.http, table: &mut self.table, hooks: &mut self.outgoing }
    }
}
