//! One application: the real components in the real host, with a database and a clock of its own.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use insula_host::log::CapturedLog;
use insula_host::{Clock, Program, SettableClock, Settings, tick};
use tempfile::TempDir;
use tokio::net::TcpListener;

use super::answer::Answer;
use super::contract;
use super::database::Database;
use super::postgres;
use super::program::{block_on, program, secrets};
use super::redis::Redis;
use super::request::Request;
use super::scanner::scanning_keys;

/// The time when an application starts: 2030-01-01T00:00:00Z.
pub const START_SECONDS: u64 = 1_893_456_000;

/// How an application differs from the usual one.
pub struct Options {
    /// Which components; those of `spin.toml` if none.
    pub program: Option<Arc<Program>>,
    /// Whether the database has the schema.
    pub migrated: bool,
    /// Changes the host's settings.
    pub settings: fn(&mut Settings),
    /// Whether answers are checked against the OpenAPI document.
    pub contract: bool,
    /// A Redis that the buckets are in, wherever those of the other tests are.
    pub redis: Option<Redis>,
}

impl Default for Options {
    fn default() -> Self {
        Self { program: None, migrated: true, settings: |_| {}, contract: true, redis: None }
    }
}

/// A running application.
pub struct App {
    host: Arc<insula_host::App>,
    clock: Arc<SettableClock>,
    log: Arc<CapturedLog>,
    database: Database,
    redis: Option<Redis>,
    contract: bool,
    is_guest: bool,
    state: Arc<TempDir>,
}

impl App {
    /// Starts the application of `spin.toml` on an empty, migrated database.
    #[must_use]
    pub fn start() -> Self {
        Self::with(Options::default())
    }

    /// Starts an application.
    #[must_use]
    pub fn with(options: Options) -> Self {
        let state = tempfile::tempdir().expect("a temporary folder");
        let server = postgres::server_address();
        let database = match &server {
            Some(server) => Database::Postgres(postgres::create(server, options.migrated)),
            None => Database::Sqlite(state.path().join("default.db")),
        };
        let clock = Arc::new(SettableClock::new(SystemTime::UNIX_EPOCH + Duration::from_secs(START_SECONDS)));
        let log = Arc::new(CapturedLog::default());
        let program = options.program.unwrap_or_else(program);
        let mut settings = settings(&program, state.path(), &database);
        settings.clock = clock.clone();
        settings.log = log.clone();
        let redis = options.redis.or_else(Redis::under_test);
        for (name, value) in redis.iter().flat_map(Redis::variables) {
            if program.manifest.variables.contains_key(name) {
                settings.variables.insert(name.to_owned(), value);
            }
        }
        (options.settings)(&mut settings);
        let host = insula_host::App::start(program, settings).unwrap_or_else(|error| panic!("{error}"));
        if options.migrated && server.is_none() {
            migrate(&database, state.path());
        }
        let state = Arc::new(state);
        Self { host, clock, log, database, redis, contract: options.contract, is_guest: false, state }
    }

    /// Starts the application of `spin.toml` with other settings on this one's database and clock, beside it.
    #[must_use]
    pub fn beside(&self, change: impl FnOnce(&mut Settings)) -> Self {
        self.with_beside(program(), change)
    }

    /// Starts other components with other settings on this one's database and clock, beside it.
    #[must_use]
    pub fn with_beside(&self, program: Arc<Program>, change: impl FnOnce(&mut Settings)) -> Self {
        let log = Arc::new(CapturedLog::default());
        let mut settings = settings(&program, self.state.path(), &self.database);
        settings.clock = self.clock.clone();
        settings.log = log.clone();
        for (name, value) in self.redis.iter().flat_map(Redis::variables) {
            if program.manifest.variables.contains_key(name) {
                settings.variables.insert(name.to_owned(), value);
            }
        }
        change(&mut settings);
        Self {
            host: insula_host::App::start(program, settings).unwrap_or_else(|error| panic!("{error}")),
            clock: self.clock.clone(),
            log,
            database: self.database.clone(),
            redis: None,
            contract: false,
            is_guest: true,
            state: self.state.clone(),
        }
    }

    /// A request without a credential.
    pub fn request(&self, method: &str, path: &str) -> Request<'_> {
        Request::new(self, method, path)
    }

    /// The database, to see what was stored.
    #[must_use]
    pub fn db(&self) -> &Database {
        &self.database
    }

    /// The Redis that the buckets of rate limits are in.
    ///
    /// # Panics
    ///
    /// When they are in the database.
    #[must_use]
    pub fn redis(&self) -> &Redis {
        self.redis.as_ref().expect("a Redis: INSULA_TEST_BUCKETS=redis")
    }

    /// The buckets of rate limits, each with its level.
    #[must_use]
    pub fn buckets(&self) -> Vec<Vec<String>> {
        let stored = || self.database.rows("select id, level from bucket order by id");
        self.redis.as_ref().map_or_else(stored, Redis::buckets)
    }

    /// Makes every bucket a full one.
    pub fn fill_buckets(&self) {
        match &self.redis {
            Some(redis) => redis.clear(),
            None => self.database.execute("delete from bucket"),
        }
    }

    /// The lines of the log.
    #[must_use]
    pub fn log(&self) -> Vec<String> {
        self.log.lines()
    }

    /// The host, for what only it can do.
    #[must_use]
    pub fn host(&self) -> &Arc<insula_host::App> {
        &self.host
    }

    /// Serves on a port of its own until the test program ends, and says which.
    #[must_use]
    pub fn listen(&self) -> SocketAddr {
        let host = self.host.clone();
        block_on(async {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
            let address = listener.local_addr().expect("the port");
            tokio::spawn(host.serve(listener, std::future::pending()));
            address
        })
    }

    /// What the application's clock shows, in seconds since 1970.
    #[must_use]
    pub fn now_seconds(&self) -> u64 {
        self.clock.now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs()
    }

    /// Lets time pass.
    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    /// Lifts the limits of the free plan, for tests that are about something else.
    #[must_use]
    pub fn without_limits(self) -> Self {
        self.database.execute(
            "update plan set requests_per_minute = 1000000, burst = 1000000, max_users = null; \
             delete from plan_quota where plan = 'free'; \
             delete from endpoint_limit",
        );
        self
    }

    #[track_caller]
    pub(super) fn send(&self, request: Request<'_>) -> Answer {
        let asked = request.name();
        let (method, path) = (request.method.to_string(), request.path.clone());
        let answer = block_on(self.deliver(request, asked));
        if self.contract {
            contract::check(&method, &path, &answer);
        }
        answer
    }

    async fn deliver(&self, request: Request<'_>, asked: String) -> Answer {
        let mut built =
            http::Request::builder().method(request.method).uri(&request.path).header("host", "localhost");
        for (name, value) in &request.headers {
            built = built.header(name, value);
        }
        let body = Full::new(request.body).map_err(|never| match never {}).boxed_unsync();
        let built = built.body(body).expect("a well-formed request");
        let client = SocketAddr::new(request.client, 50_000);
        let (parts, body) = self.host.handle(built, client).await.into_parts();
        let body = body.collect().await.map_or_else(|_| Bytes::new(), http_body_util::Collected::to_bytes);
        Answer { asked, status: parts.status.as_u16(), headers: parts.headers, body }
    }
}

impl Drop for App {
    fn drop(&mut self) {
        if self.is_guest {
            return;
        }
        if let (Some(server), Database::Postgres(address)) = (postgres::server_address(), &self.database) {
            postgres::remove(&server, address);
        }
    }
}

/// Gives a database the schema, the way every database gets it: by the route of the real application.
pub fn migrate(database: &Database, state: &std::path::Path) {
    let program = program();
    let settings = settings(&program, state, database);
    let host = insula_host::App::start(program, settings).unwrap_or_else(|error| panic!("{error}"));
    block_on(tick::migrate(&host, &secrets().operator_key)).unwrap_or_else(|error| panic!("{error}"));
}

fn settings(program: &Program, state: &std::path::Path, database: &Database) -> Settings {
    let secrets = secrets();
    let mut variables = BTreeMap::from([
        ("operator_key_sha256", secrets.operator_key_sha256()),
        ("signing_key", secrets.signing_key.clone()),
        ("master_key", secrets.master_key.clone()),
        ("public_url", "http://localhost".to_owned()),
        ("secret_scanning_keys", scanning_keys()),
    ]);
    if let Database::Postgres(address) = database {
        variables.insert("database_url", address.clone());
        variables.insert("database_host", insula_host::database_host(address).expect("host and port"));
    }
    variables.retain(|name, _| program.manifest.variables.contains_key(*name));
    Settings {
        variables: variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        state_dir: state.to_owned(),
        log: Arc::new(CapturedLog::default()),
        environment: false,
        ..Settings::default()
    }
}
