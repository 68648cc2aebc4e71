//! A running application: a program with values for its variables, its databases and its limits.

mod admission;
mod answer;
mod component;
mod connections;
mod dispatch;
mod quiet;
mod serve;
#[cfg(test)]
mod tests;
mod variables;

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use wasmtime_wasi_http::handler::ProxyHandler;

pub(crate) use component::ComponentState;

use crate::error::Error;
use crate::http::headers::RouteHeaders;
use crate::http::route::Router;
use crate::program::Program;
use crate::settings::Settings;
use crate::worker::{Factory, HeavyQueue, Reuse};
use admission::Admission;
pub(crate) use admission::{Room, Stay};
use component::Shared;
use variables::Known;

/// How much more than an upload the host lets in: its component says what is too large, and reads a little on.
const BEYOND_UPLOADS: u64 = 1 << 20;

/// A running application.
///
/// Everything goes through [`App::handle`], whether it came over a socket or was made in the
/// process: the same routes, limits, logs and problems.
pub struct App {
    program: Arc<Program>,
    settings: Settings,
    router: Router<Arc<Target>>,
    targets: HashMap<String, Arc<Target>>,
    admission: Admission,
    body_limit_bytes: u64,
}

/// Where a route leads.
struct Target {
    component: Arc<ComponentState>,
    handler: ProxyHandler<Factory>,
    /// The headers and the name for the log; none for requests between components.
    headers: RouteHeaders,
    route: Option<String>,
}

impl App {
    /// Starts an application: resolves its variables and opens the state folder. Databases are
    /// opened when a component opens them.
    ///
    /// # Errors
    ///
    /// When a required variable has no value, a value was given for an unknown one, or the
    /// configuration of a component makes no sense with these values.
    pub fn start(program: Arc<Program>, settings: Settings) -> Result<Arc<Self>, Error> {
        let values = variables::resolve(&program.manifest, &settings)?;
        create_state_folder(&settings)?;
        let (permits, has_spare) = heavy_permits(&settings);
        let heavy = HeavyQueue::new(permits, has_spare, settings.max_waiting_heavy_requests);
        let mut failed = None;
        let app = Arc::new_cyclic(|weak: &Weak<Self>| {
            let shared = Shared::new(&settings, heavy, weak.clone());
            match Self::build(program.clone(), settings.clone(), &values, &shared) {
                Ok(app) => app,
                Err(error) => {
                    failed = Some(error);
                    Self::empty(program.clone(), settings.clone())
                }
            }
        });
        match failed {
            Some(error) => Err(error),
            None => Ok(app),
        }
    }

    fn build(
        program: Arc<Program>,
        settings: Settings,
        values: &variables::Values,
        shared: &Shared,
    ) -> Result<Self, Error> {
        let reuse = Reuse {
            requests: settings.instance_reuse.max(1),
            at_once: settings.instance_concurrency.max(1),
            timeout: settings.request_timeout,
            memory_limit_bytes: program.memory_limit_bytes,
        };
        let mut targets = HashMap::new();
        for (id, pre) in &program.units {
            let Some(configured) = program.manifest.components.get(id) else { continue };
            let component = Arc::new(ComponentState::new(configured, values, shared)?);
            let factory = Factory { pre: pre.clone(), component: component.clone(), reuse };
            let handler = ProxyHandler::new(factory);
            let target = Target { component, handler, headers: RouteHeaders::chained(), route: None };
            targets.insert(id.clone(), Arc::new(target));
        }
        let mut routes = Vec::new();
        for trigger in &program.manifest.triggers {
            if let (Some(pattern), Some(target)) = (&trigger.route, targets.get(&trigger.component)) {
                let target = Target {
                    component: target.component.clone(),
                    handler: target.handler.clone(),
                    headers: RouteHeaders::new(pattern),
                    route: Some(pattern.as_str().to_owned()),
                };
                routes.push((pattern.clone(), Arc::new(target)));
            }
        }
        let Known { trusted_proxies, upload_limit_bytes } = Known::of(values)?;
        let body_limit_bytes = settings.body_limit_bytes.unwrap_or(upload_limit_bytes + BEYOND_UPLOADS);
        let admission = Admission::new(&settings, trusted_proxies);
        Ok(Self { program, settings, router: Router::new(routes), targets, admission, body_limit_bytes })
    }

    fn empty(program: Arc<Program>, settings: Settings) -> Self {
        let admission = Admission::new(&settings, 0);
        let router = Router::new(Vec::new());
        Self { program, settings, router, targets: HashMap::new(), admission, body_limit_bytes: 0 }
    }

    /// How it is run.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What it runs.
    #[must_use]
    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// Whether a component answers on this path.
    pub(crate) fn answers(&self, path: &str) -> Answers {
        match self.router.find(path) {
            None => Answers::Never,
            Some(found) if found.pattern.is_catch_all() => Answers::Perhaps,
            Some(_) => Answers::Surely,
        }
    }
}

/// What the routes say about a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answers {
    /// No route leads there.
    Never,
    /// The route for everything does: its component knows whether there is something.
    Perhaps,
    /// A route of its own does.
    Surely,
}

fn create_state_folder(settings: &Settings) -> Result<(), Error> {
    crate::secrets::create_folder(&settings.state_dir)
}

/// How many threads the heavy requests share, and whether one more may be lent to them.
fn heavy_permits(settings: &Settings) -> (usize, bool) {
    if let Some(permits) = settings.heavy_requests {
        return (permits, false);
    }
    let threads = match tokio::runtime::Handle::try_current() {
        Ok(runtime) => runtime.metrics().num_workers(),
        Err(_) => std::thread::available_parallelism().map_or(1, usize::from),
    };
    (threads.saturating_sub(1).max(1), threads > 1)
}
