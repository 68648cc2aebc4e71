//! `insula serve`: from the command line to a serving application, and to its end.

use std::collections::BTreeMap;
use std::io::{ErrorKind, IsTerminal, stdout};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

use insula_host::log::{Entry, JsonLog, Level, LogSink, PrettyLog};
use insula_host::secrets::Secrets;
use insula_host::{App, Error, Manifest, Program, ProgramOptions, Settings, tick};

use super::options::{LogForm, ServeOptions};
use super::{files, public_url};

/// Serves until it is told to stop.
pub(crate) fn serve(options: ServeOptions) -> Result<(), Error> {
    let manifest = Manifest::read(&options.manifest)?;
    let runtime = runtime(&options)?;
    files::allow(options.limits.max_connections);
    // Early, so that a taken port is known before anything is made or compiled.
    let listener = runtime.block_on(listen(&options.listen))?;
    for url in [&options.database_url, &options.database_owner_url].into_iter().flatten() {
        runtime.block_on(insula_host::check_database(url))?;
    }
    let secrets = Secrets::load(&options.state, options.operator_key_file.as_deref())?;
    show_new_key(&secrets);
    let variables = variables(&manifest, &options, &secrets, listener.local_addr().ok())?;
    let program = Program::load(manifest, &program_options(&options))?;
    runtime.block_on(async {
        let app = App::start(program, settings(&options, variables))?;
        warn_of_plain_databases(&app, &options)?;
        tick::migrate(&app, &secrets.operator_key).await?;
        let stopped = stopped();
        if let Ok(address) = listener.local_addr() {
            eprintln!("Serving http://{address}");
            if let Some(greeting) = &options.greeting {
                eprintln!("{}", greeting.replace("ADDRESS", &address.to_string()));
            }
        }
        let every = Duration::from_secs(options.tick_seconds);
        let ticking = tokio::spawn(tick::run(app.clone(), secrets.operator_key, every));
        let result = app.serve(listener, stopped).await;
        ticking.abort();
        result
    })
}

fn runtime(options: &ServeOptions) -> Result<Runtime, Error> {
    let mut builder = Builder::new_multi_thread();
    if let Some(threads) = options.limits.threads {
        builder.worker_threads(threads.max(1));
    }
    builder.enable_all().build().map_err(Error::Start)
}

/// What the host itself knows and the application declares; what the user says comes first.
fn variables(
    manifest: &Manifest,
    options: &ServeOptions,
    secrets: &Secrets,
    address: Option<SocketAddr>,
) -> Result<BTreeMap<String, String>, Error> {
    let mut values: BTreeMap<String, String> = options.variables.iter().cloned().collect();
    let mut offer = |name: &str, value: String| {
        let set = std::env::var_os(format!("SPIN_VARIABLE_{}", name.to_ascii_uppercase())).is_some();
        if manifest.variables.contains_key(name) && !set {
            values.entry(name.to_owned()).or_insert(value);
        }
    };
    offer("operator_key_sha256", secrets.operator_key_sha256());
    offer("signing_key", secrets.signing_key.clone());
    offer("master_key", secrets.master_key.clone());
    offer("master_key_previous", secrets.master_key_previous.clone());
    let public_url = manifest.variables.get("public_url").and_then(|variable| variable.default.as_deref());
    if let Some(address) = address.filter(|_| public_url.is_none_or(public_url::is_this_machine)) {
        offer("public_url", public_url::of(address));
    }
    if let Some(url) = &options.database_url {
        offer("database_host", insula_host::database_host(url)?);
        offer("database_url", url.clone());
    }
    if let Some(url) = &options.database_owner_url {
        offer("database_owner_url", url.clone());
    }
    let redis_host = redis_url(&options.variables).and_then(|url| insula_host::redis_host(&url));
    if let Some(host) = redis_host {
        offer("redis_host", host);
    }
    Ok(values)
}

/// The address of the Redis that buckets are in, as the user says it.
fn redis_url(variables: &[(String, String)]) -> Option<String> {
    let said = variables.iter().find(|(name, _)| name == "redis_url").map(|(_, value)| value.clone());
    said.or_else(|| std::env::var("SPIN_VARIABLE_REDIS_URL").ok())
}

fn program_options(options: &ServeOptions) -> ProgramOptions {
    ProgramOptions {
        cache_dir: options.state.join("cache"),
        memory_limit_bytes: options.limits.memory_limit_mib << 20,
        max_instances: options.limits.max_instances,
        progress: Some(|line| eprintln!("{line}")),
        ..ProgramOptions::default()
    }
}

fn settings(options: &ServeOptions, variables: BTreeMap<String, String>) -> Settings {
    // By where the log goes, which is not where the errors go: what is piped into a program must be for it.
    let is_for_people = options.log.map_or_else(|| stdout().is_terminal(), |form| form == LogForm::Pretty);
    let log: Arc<dyn LogSink> =
        if is_for_people { Arc::new(PrettyLog::stdout()) } else { Arc::new(JsonLog::stdout()) };
    let (limits, defaults) = (&options.limits, Settings::default());
    Settings {
        variables,
        state_dir: options.state.clone(),
        log,
        request_timeout: Duration::from_secs(limits.request_timeout_seconds),
        body_limit_bytes: limits.body_limit_mib.map(|mebibytes| mebibytes << 20),
        body_idle_timeout: Duration::from_secs(limits.body_idle_timeout_seconds),
        connection_idle_timeout: Duration::from_secs(limits.connection_idle_timeout_seconds),
        body_bytes_per_second: limits.body_bytes_per_second,
        max_concurrent_requests: limits.max_concurrent_requests,
        max_requests_per_client: limits.max_requests_per_client,
        near_clients_count: limits.limit_near_clients,
        max_connections: limits.max_connections,
        max_connections_per_client: limits.max_connections_per_client,
        queue_timeout: Duration::from_secs(limits.queue_timeout_seconds),
        instance_reuse: limits.instance_reuse,
        instance_concurrency: limits.instance_concurrency,
        postgres_pool_size: limits.postgres_pool_size.unwrap_or(defaults.postgres_pool_size),
        drain_timeout: Duration::from_secs(limits.drain_timeout_seconds),
        ..defaults
    }
}

async fn listen(address: &str) -> Result<TcpListener, Error> {
    TcpListener::bind(address).await.map_err(|source| {
        let address = address.to_owned();
        if source.kind() == ErrorKind::AddrInUse {
            Error::AddressInUse { address }
        } else {
            Error::Listen { address, source }
        }
    })
}

/// Passwords and everybody's data in clear over a network are nothing to be silent about.
fn warn_of_plain_databases(app: &App, options: &ServeOptions) -> Result<(), Error> {
    let database = options.database_url.as_deref().map(insula_host::plain_database).transpose()?.flatten();
    let redis = redis_url(&options.variables).and_then(|url| insula_host::plain_redis(&url));
    for (what, place, how) in
        [("database", database, "sslmode=require to"), ("Redis", redis, "an s to the `redis` of")]
    {
        let Some(place) = place else { continue };
        let message = format!(
            "the connection to the {what} at {place} is not encrypted: add {how} its address, unless the network in \
             between is yours alone"
        );
        eprintln!("Warning: {message}");
        let settings = app.settings();
        settings.log.write(&Entry::host(settings.clock.now(), Level::Warn, &message));
    }
    Ok(())
}

/// At once, whatever fails later: it is not shown again. To the error stream, which is not the log.
fn show_new_key(secrets: &Secrets) {
    if secrets.operator_key_is_new {
        eprintln!("The operator's key, shown this once:\n\n    {}\n", secrets.operator_key);
    }
}

/// Done at Ctrl-C, or when the system says that it is over. Both are heard from this call on, not only once it is
/// awaited: whoever sees that it serves may already stop it in order.
#[cfg(unix)]
fn stopped() -> impl Future<Output = ()> {
    use tokio::signal::unix::{Signal, SignalKind, signal};

    async fn heard(signal: Option<Signal>) {
        match signal {
            Some(mut signal) => drop(signal.recv().await),
            // Without a handler the process ends at once, which is a way to stop as well.
            None => std::future::pending().await,
        }
    }

    let [interrupted, terminated] =
        [SignalKind::interrupt(), SignalKind::terminate()].map(|kind| signal(kind).ok());
    async move {
        tokio::select! {
            () = heard(interrupted) => {}
            () = heard(terminated) => {}
        }
        eprintln!("Stopping: finishing what is under way");
    }
}

/// Done at Ctrl-C.
#[cfg(not(unix))]
async fn stopped() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
    eprintln!("Stopping: finishing what is under way");
}
