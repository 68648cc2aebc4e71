//! One pool of connections for each address and CA.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use deadpool_postgres::{Manager, ManagerConfig, Pool, PoolError, QueueMode, RecyclingMethod, Runtime};
use tokio_postgres::NoTls;
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::address::AddressError;
use super::{Address, Connection, tls};
use crate::http::allowed_hosts::AllowedHosts;

/// How long to wait for a free connection, and for a new one to be made.
const PATIENCE: Duration = Duration::from_secs(5);
/// After which time a server that acknowledges nothing counts as gone.
const GONE: Duration = Duration::from_secs(10);
/// How many addresses are remembered for a component; most have one, and those of tenants' own databases come and go.
const KNOWN: usize = 16;
/// How many pools there are; beyond, the one goes that nobody remembers and that was asked for longest ago.
const POOLS: usize = 64;
/// How often in a lifetime it is looked for connections that are older.
const LOOKS: u32 = 60;

/// The pools of an application.
pub(crate) struct Pools {
    size: usize,
    lifetime: Duration,
    /// The one that was asked for last is the last.
    pools: Mutex<Vec<(Key, Arc<Pooled>)>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Key {
    address: String,
    ca_root: Option<String>,
}

/// A pool, and how its connections are encrypted.
struct Pooled {
    pool: Pool,
    tls: Option<MakeRustlsConnect>,
    lifetime: Duration,
    looked: Mutex<Instant>,
}

/// The pools as one component reaches them. An address is read and checked once: what the component may reach is
/// settled when the application starts.
pub(crate) struct Reach {
    pools: Arc<Pools>,
    /// The one that was used last is the last.
    known: Mutex<Vec<(Key, Arc<Pooled>)>>,
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unreachable {
    #[error(transparent)]
    Address(#[from] AddressError),
    #[error("address postgres://{0} is not permitted")]
    Denied(String),
    #[error("{0}")]
    Tls(String),
    #[error("{0}")]
    Failed(String),
}

impl Reach {
    pub(crate) fn new(pools: Arc<Pools>) -> Self {
        Self { pools, known: Mutex::default() }
    }

    /// A connection, if `hosts` allow the address.
    pub(crate) async fn connect(
        &self,
        address: &str,
        ca_root: Option<&str>,
        hosts: &AllowedHosts,
    ) -> Result<Arc<Connection>, Unreachable> {
        self.pooled(address, ca_root, hosts)?.take().await
    }

    fn pooled(
        &self,
        address: &str,
        ca_root: Option<&str>,
        hosts: &AllowedHosts,
    ) -> Result<Arc<Pooled>, Unreachable> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = |key: &Key| key.address == address && key.ca_root.as_deref() == ca_root;
        if let Some(at) = known.iter().rposition(|(key, _)| is_it(key)) {
            let end = known.len();
            known[at..end].rotate_left(1);
            return Ok(known[end - 1].1.clone());
        }
        let parsed = Address::parse(address)?;
        if let Some(refused) = parsed.refused_by(hosts) {
            return Err(Unreachable::Denied(refused));
        }
        let key = Key { address: address.to_owned(), ca_root: ca_root.map(str::to_owned) };
        let pooled = self.pools.pooled(key.clone(), &parsed)?;
        if known.len() >= KNOWN {
            known.remove(0);
        }
        known.push((key, pooled.clone()));
        Ok(pooled)
    }
}

impl Pools {
    pub(crate) fn new(size: usize, lifetime: Duration) -> Self {
        Self { size: size.max(1), lifetime, pools: Mutex::default() }
    }

    /// A connection to whatever address the operator gave.
    pub(super) async fn connect(&self, address: &str) -> Result<Arc<Connection>, Unreachable> {
        let key = Key { address: address.to_owned(), ca_root: None };
        self.pooled(key, &Address::parse(address)?)?.take().await
    }

    fn pooled(&self, key: Key, parsed: &Address) -> Result<Arc<Pooled>, Unreachable> {
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = pools.iter().position(|(other, _)| *other == key) {
            let end = pools.len();
            pools[at..end].rotate_left(1);
            return Ok(pools[end - 1].1.clone());
        }
        let pooled = Arc::new(self.make(parsed, key.ca_root.as_deref())?);
        // What a component remembers stays: it would only be made a second time.
        let forgotten = pools.iter().position(|(_, pooled)| Arc::strong_count(pooled) == 1);
        if let Some(at) = forgotten.filter(|_| pools.len() >= POOLS) {
            pools.remove(at);
        }
        pools.push((key, pooled.clone()));
        Ok(pooled)
    }

    fn make(&self, address: &Address, ca_root: Option<&str>) -> Result<Pooled, Unreachable> {
        let mut config = address.config.clone();
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(PATIENCE);
        }
        // Who is gone without a word is known after a while, also while an answer is waited for.
        config.tcp_user_timeout(GONE);
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        // `prefer` takes what it gets, and what it gets on a local server is a certificate that
        // nobody can verify: only `require` is TLS, and then it is verified.
        let tls = if config.get_ssl_mode() == SslMode::Require {
            Some(tls::connector(ca_root).map_err(|error| Unreachable::Tls(error.to_string()))?)
        } else {
            None
        };
        let manager = match tls.clone() {
            Some(tls) => Manager::from_config(config, tls, recycling),
            None => Manager::from_config(config, NoTls, recycling),
        };
        let pool = Pool::builder(manager)
            .max_size(self.size)
            // The connection that was used last: its server process still has at hand what it needs.
            .queue_mode(QueueMode::Lifo)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(PATIENCE))
            .create_timeout(Some(PATIENCE))
            .build()
            .map_err(|error| Unreachable::Failed(error.to_string()))?;
        Ok(Pooled { pool, tls, lifetime: self.lifetime, looked: Mutex::new(Instant::now()) })
    }
}

impl Pooled {
    async fn take(&self) -> Result<Arc<Connection>, Unreachable> {
        self.close_old();
        let client = self.pool.get().await.map_err(|error| Unreachable::Failed(reason(&error)))?;
        Ok(Connection::new(client, self.tls.clone()))
    }

    /// Closes those that nobody has at the moment and that are too old, now and then.
    fn close_old(&self) {
        let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        if looked.elapsed() >= self.lifetime / LOOKS {
            *looked = Instant::now();
            drop(looked);
            drop(self.pool.retain(|_, metrics| metrics.age() < self.lifetime));
        }
    }
}

/// The operating system's or the server's own word for what went wrong.
fn reason(error: &PoolError) -> String {
    let mut deepest: &dyn std::error::Error = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::allowed_hosts::AllowedHost;

    /// Protects the server from a pool for each of any number of tenants' databases; and the database that all share from
    /// being connected to anew.
    #[test]
    fn pools_that_nobody_asks_for_go_and_the_one_that_is_used_stays() {
        let pools = Arc::new(Pools::new(1, Duration::MAX));
        let reach = Reach::new(pools.clone());
        let hosts = AllowedHosts::new(vec![AllowedHost::parse("postgres://localhost:5432").unwrap()]);
        let ask =
            |name: &str| reach.pooled(&format!("postgres://ada@localhost/{name}"), None, &hosts).unwrap();
        let main = ask("main");
        let first = Arc::downgrade(&ask("0"));
        for number in 1..3 * POOLS {
            let _ = ask(&number.to_string());
            assert!(Arc::ptr_eq(&ask("main"), &main), "{number}");
        }
        assert!(first.upgrade().is_none(), "its connections are closed");
        assert_eq!(pools.pools.lock().unwrap().len(), POOLS);
        assert_eq!(reach.known.lock().unwrap().len(), KNOWN);
    }
}
