//! What one component of a running application may use.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, Weak};
#[cfg(test)]
use std::time::Duration;

use super::App;
use super::variables::Values;
use crate::clock::Clock;
use crate::error::Error;
use crate::hashing::Hasher;
use crate::http::allowed_hosts::{AllowedHost, AllowedHosts};
use crate::interfaces::KEY_VALUE_TABLE;
use crate::log::LogSink;
use crate::manifest::Component;
use crate::postgres::{Pools, Reach};
use crate::redis;
use crate::settings::Settings;
use crate::sqlite::Database;
use crate::worker::HeavyQueue;

/// A component's configuration with all values filled in.
pub(crate) struct ComponentState {
    pub(crate) id: String,
    pub(crate) app: Weak<App>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) log: Arc<dyn LogSink>,
    pub(crate) heavy: Arc<HeavyQueue>,
    pub(crate) hasher: Arc<Hasher>,
    pub(crate) environment: Vec<(String, String)>,
    pub(crate) variables: BTreeMap<String, String>,
    pub(crate) hosts: AllowedHosts,
    pub(crate) key_value_stores: HashMap<String, Arc<Database>>,
    pub(crate) sqlite_databases: HashMap<String, Arc<Database>>,
    pub(crate) postgres: Reach,
    pub(crate) redis: redis::Reach,
}

/// What the components of an application share.
pub(super) struct Shared {
    settings: Settings,
    heavy: Arc<HeavyQueue>,
    hasher: Arc<Hasher>,
    app: Weak<App>,
    postgres: Arc<Pools>,
    redis: Arc<redis::Links>,
    databases: Mutex<HashMap<String, Arc<Database>>>,
}

impl Shared {
    pub(super) fn new(settings: &Settings, heavy: Arc<HeavyQueue>, app: Weak<App>) -> Self {
        Self {
            heavy,
            hasher: Arc::default(),
            app,
            postgres: Arc::new(Pools::new(
                settings.postgres_pool_size,
                settings.postgres_connection_lifetime,
            )),
            redis: Arc::default(),
            databases: Mutex::default(),
            settings: settings.clone(),
        }
    }

    /// The database in a file of the state folder; the same one for every component.
    fn database(&self, file_name: String, make: impl FnOnce(PathBuf) -> Arc<Database>) -> Arc<Database> {
        let mut databases = self.databases.lock().unwrap_or_else(PoisonError::into_inner);
        let path = self.settings.state_dir.join(&file_name);
        databases.entry(file_name).or_insert_with(|| make(path)).clone()
    }

    fn sqlite(&self, label: &str) -> Arc<Database> {
        self.database(format!("{label}.db"), Database::new)
    }

    fn key_value(&self, label: &str) -> Arc<Database> {
        self.database(format!("{label}.kv.db"), |path| Database::with_table(path, Some(KEY_VALUE_TABLE)))
    }
}

impl ComponentState {
    pub(super) fn new(component: &Component, values: &Values, shared: &Shared) -> Result<Self, Error> {
        let mut variables = BTreeMap::new();
        for (name, template) in &component.variables {
            let value = template.fill(values).map_err(|source| Error::Template {
                component: component.id.clone(),
                line: component.line,
                source,
            })?;
            variables.insert(name.clone(), value);
        }
        Ok(Self {
            id: component.id.clone(),
            app: shared.app.clone(),
            clock: shared.settings.clock.clone(),
            log: shared.settings.log.clone(),
            heavy: shared.heavy.clone(),
            hasher: shared.hasher.clone(),
            environment: component.environment.clone().into_iter().collect(),
            variables,
            hosts: hosts(component, values)?,
            key_value_stores: labelled(&component.key_value_stores, |label| shared.key_value(label)),
            sqlite_databases: labelled(&component.sqlite_databases, |label| shared.sqlite(label)),
            postgres: Reach::new(shared.postgres.clone()),
            redis: redis::Reach::new(shared.redis.clone()),
        })
    }
}

fn labelled(labels: &[String], database: impl Fn(&str) -> Arc<Database>) -> HashMap<String, Arc<Database>> {
    labels.iter().map(|label| (label.clone(), database(label))).collect()
}

fn hosts(component: &Component, values: &Values) -> Result<AllowedHosts, Error> {
    let mut entries = Vec::new();
    for entry in &component.allowed_outbound_hosts {
        let text = entry.value.fill(values).map_err(|source| Error::Template {
            component: component.id.clone(),
            line: entry.line,
            source,
        })?;
        // An optional place that was left out: nothing is allowed, and nothing is wrong.
        let left_out = entry.value.variables().next().is_some() && text.trim_end().ends_with("://");
        if left_out || text.is_empty() {
            continue;
        }
        let host = AllowedHost::parse(&text).map_err(|source| Error::AllowedHost {
            component: component.id.clone(),
            line: entry.line,
            source,
        })?;
        entries.push(host);
    }
    Ok(AllowedHosts::new(entries))
}

#[cfg(test)]
impl ComponentState {
    /// A component that may do nothing, for tests of what is below it.
    pub(crate) fn without_anything() -> Arc<Self> {
        Arc::new(Self {
            id: "test".to_owned(),
            app: Weak::new(),
            clock: Arc::new(crate::SystemClock),
            log: Arc::new(crate::log::CapturedLog::default()),
            heavy: HeavyQueue::new(1, false, 1),
            hasher: Arc::default(),
            environment: Vec::new(),
            variables: BTreeMap::new(),
            hosts: AllowedHosts::default(),
            key_value_stores: HashMap::new(),
            sqlite_databases: HashMap::new(),
            postgres: Reach::new(Arc::new(Pools::new(1, Duration::MAX))),
            redis: redis::Reach::new(Arc::default()),
        })
    }
}
