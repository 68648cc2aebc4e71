//! Makes instances for the requests of one component and says how often each is used.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use wasmtime::component::GuestTaskId;
use wasmtime::{Store, StoreContextMut};
use wasmtime_wasi_http::WasiHttpView;
use wasmtime_wasi_http::handler::{HandlerState, Instance, ProxyPre, ShouldAccept, WorkerState};
use wasmtime_wasi_http::p3::bindings::ServicePre;

use super::expiry::Expiry;
use super::{Activity, State};
use crate::app::ComponentState;
use crate::log::{Entry, Level};
use crate::request::Request;

/// Makes the instances of one component.
pub(crate) struct Factory {
    pub(crate) pre: ServicePre<State>,
    pub(crate) component: Arc<ComponentState>,
    pub(crate) reuse: Reuse,
}

/// How an instance is used.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reuse {
    pub(crate) requests: usize,
    pub(crate) at_once: usize,
    pub(crate) timeout: Duration,
    pub(crate) memory_limit_bytes: u64,
}

impl HandlerState for Factory {
    type StoreData = State;
    type WorkerExpiration = Expiry;
    type WorkerState = Worker;

    async fn instantiate(&self) -> wasmtime::Result<Instance<State, Expiry, Worker>> {
        let limit = self.reuse.memory_limit_bytes;
        let mut store = State::store(self.pre.engine(), self.component.clone(), limit);
        let proxy = ProxyPre::P3(self.pre.clone()).instantiate_async(&mut store).await?;
        let activity = store.data().activity.clone();
        Ok(Instance {
            store,
            proxy,
            view: WasiHttpView::http,
            expiration: Expiry::new(activity.clone(), self.reuse.timeout),
            state: Worker { activity, reuse: self.reuse },
        })
    }
}

/// What one instance is asked before and told after a request.
pub(crate) struct Worker {
    activity: Arc<Activity>,
    reuse: Reuse,
}

impl WorkerState for Worker {
    type StoreData = State;
    type RequestData = Arc<Request>;

    fn should_accept_request(&self, at_once: usize, so_far: usize) -> ShouldAccept {
        // A memory never shrinks: an instance that grew large is not kept for small requests.
        let large = self.activity.memory_bytes.load(Ordering::Acquire) > self.reuse.memory_limit_bytes / 4;
        if so_far >= self.reuse.requests || (large && so_far > 0) {
            ShouldAccept::Never
        } else if at_once >= self.reuse.at_once {
            ShouldAccept::No
        } else {
            ShouldAccept::Yes
        }
    }

    fn on_request_start(
        &self,
        mut store: StoreContextMut<'_, State>,
        request: Arc<Request>,
        _: GuestTaskId,
    ) -> Pin<Box<dyn Future<Output = ()> + 'static + Send + Sync>> {
        store.set_epoch_deadline(1);
        self.activity.begin(request.clone());
        Box::pin(async move {
            tokio::time::sleep_until(request.deadline.into()).await;
            request.timed_out.set();
        })
    }

    fn drop(&self, store: Store<State>, result: wasmtime::Result<()>) {
        // Without a request it is the end of the host, which stops what rests.
        if let (Err(error), Some(request)) = (result, self.activity.request()) {
            let message = format!("the instance was stopped: {error:#}");
            let component = &self.activity.component;
            component.log.write(&Entry {
                request_id: Some(&request.identity.request_id),
                trace_id: Some(&request.identity.trace_id),
                component: Some(&component.id),
                ..Entry::host(component.clock.now(), Level::Error, &message)
            });
        }
        drop(store);
        self.activity.rest();
    }
}
