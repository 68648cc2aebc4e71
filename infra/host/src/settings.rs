//! How an application is run: everything that is not in its manifest.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::{Clock, SystemClock};
use crate::log::{JsonLog, LogSink};

/// How a program is compiled and what its instances may use; shared by all applications that run it.
#[derive(Debug, Clone)]
pub struct ProgramOptions {
    /// Where compiled components are kept; nobody else may be able to write there.
    pub cache_dir: PathBuf,
    /// What the memories of one instance may have together.
    pub memory_limit_bytes: usize,
    /// How many instances may exist at once.
    pub max_instances: u32,
    /// How much of a memory stays with the process between two instances.
    pub memory_keep_resident_bytes: usize,
    /// Told what is being compiled.
    pub progress: Option<fn(&str)>,
}

impl Default for ProgramOptions {
    fn default() -> Self {
        Self {
            cache_dir: PathBuf::from(".insula/cache"),
            memory_limit_bytes: 256 << 20,
            max_instances: 512,
            memory_keep_resident_bytes: 512 << 10,
            progress: None,
        }
    }
}

/// How one application is run.
#[derive(Clone)]
pub struct Settings {
    /// Values of application variables; they come before the environment and the defaults.
    pub variables: BTreeMap<String, String>,
    /// Where databases are kept.
    pub state_dir: PathBuf,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where the log goes.
    pub log: Arc<dyn LogSink>,
    /// What a request may take from its admission to the end of its answer.
    pub request_timeout: Duration,
    /// What a request's body may have; by default 1 MiB more than the application's variable `upload_limit_mib` says,
    /// or than 64 MiB where it has none, so that its components say themselves what is too large for them.
    pub body_limit_bytes: Option<u64>,
    /// How long the next piece of a request's body may take to come.
    pub body_idle_timeout: Duration,
    /// How many bytes of a body must come in a second, once `body_grace` is over; 0 for any number.
    pub body_bytes_per_second: u64,
    /// How long a body may come as slowly as it likes.
    pub body_grace: Duration,
    /// How long a new connection may take to send the head of its first request.
    pub head_timeout: Duration,
    /// How long a connection is kept that asks for nothing, however alive its client says that it is; zero for ever.
    pub connection_idle_timeout: Duration,
    /// How many requests are worked on at once; those whose bodies still arrive have at most half of the places.
    pub max_concurrent_requests: usize,
    /// How many requests of one client are taken on at once; 0 for any number. A client is the address that the
    /// variable `trusted_proxies` leads to, of IPv6 its network of 64 bits; all those in one of 48 bits have four times
    /// as many. Without a proxy that names them, clients of this machine and of private networks aren't counted: there
    /// is where proxies are, behind which everybody has one address.
    pub max_requests_per_client: usize,
    /// Whether those are counted as all others are.
    pub near_clients_count: bool,
    /// How many connections there are at once; what comes beyond is closed.
    pub max_connections: usize,
    /// How many of them come from one address, of IPv6 from one network of 64 bits, and four times as many from one of
    /// 48; 0 for any number. Near ones are
    /// counted only if `near_clients_count`: all connections of a proxy come from one address.
    pub max_connections_per_client: usize,
    /// How long a request waits for a place before it is turned away.
    pub queue_timeout: Duration,
    /// How many requests an instance answers before it is thrown away.
    pub instance_reuse: usize,
    /// How many requests an instance answers at once.
    pub instance_concurrency: usize,
    /// How many connections are kept to one PostgreSQL address; by default two for each processor, and at least four.
    pub postgres_pool_size: usize,
    /// How old such a connection gets: its server process keeps a little of each tenant that it has worked for, and gives
    /// nothing back until it ends. One that is at work is closed when it is back.
    pub postgres_connection_lifetime: Duration,
    /// How many requests may compute for long at once; by default one less than there are worker
    /// threads, at least one, and as many as there are threads while there are no other requests.
    pub heavy_requests: Option<usize>,
    /// How many more may wait for that.
    pub max_waiting_heavy_requests: usize,
    /// How long connections may take to finish when the server stops.
    pub drain_timeout: Duration,
    /// Whether `SPIN_VARIABLE_…` of the process's environment are read.
    pub environment: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            variables: BTreeMap::new(),
            state_dir: PathBuf::from(".insula"),
            clock: Arc::new(SystemClock),
            log: Arc::new(JsonLog::stdout()),
            request_timeout: Duration::from_secs(30),
            body_limit_bytes: None,
            body_idle_timeout: Duration::from_secs(10),
            body_bytes_per_second: 1 << 10,
            body_grace: Duration::from_secs(10),
            head_timeout: Duration::from_secs(30),
            connection_idle_timeout: Duration::from_secs(120),
            max_concurrent_requests: 256,
            max_requests_per_client: 64,
            near_clients_count: false,
            max_connections: 4_096,
            max_connections_per_client: 256,
            queue_timeout: Duration::from_secs(5),
            instance_reuse: 128,
            instance_concurrency: 1,
            postgres_pool_size: 2 * std::thread::available_parallelism().map_or(2, usize::from).max(2),
            postgres_connection_lifetime: Duration::from_secs(3_600),
            heavy_requests: None,
            max_waiting_heavy_requests: 32,
            drain_timeout: Duration::from_secs(10),
            environment: true,
        }
    }
}
