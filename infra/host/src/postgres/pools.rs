//! One pool of connections for each address and CA.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Pool, PoolError, RecyclingMethod, Runtime};
use tokio_postgres::NoTls;
use tokio_postgres::config::SslMode;

use super::address::AddressError;
use super::{Address, Connection, tls};

/// How long to wait for a free connection, and for a new one to be made.
const PATIENCE: Duration = Duration::from_secs(5);

/// The pools of an application.
pub(crate) struct Pools {
    size: usize,
    pools: Mutex<HashMap<Key, Pool>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    address: String,
    ca_root: Option<String>,
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

impl Pools {
    pub(crate) fn new(size: usize) -> Self {
        Self { size: size.max(1), pools: Mutex::default() }
    }

    /// A connection to an address that the caller has checked.
    pub(crate) async fn connect(
        &self,
        address: &str,
        parsed: &Address,
        ca_root: Option<&str>,
    ) -> Result<Arc<Connection>, Unreachable> {
        let pool = self.pool(address, parsed, ca_root)?;
        let client = pool.get().await.map_err(|error| Unreachable::Failed(reason(&error)))?;
        Ok(Connection::new(client))
    }

    fn pool(&self, address: &str, parsed: &Address, ca_root: Option<&str>) -> Result<Pool, Unreachable> {
        let key = Key { address: address.to_owned(), ca_root: ca_root.map(str::to_owned) };
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pool) = pools.get(&key) {
            return Ok(pool.clone());
        }
        let pool = self.make(parsed, ca_root)?;
        pools.insert(key, pool.clone());
        Ok(pool)
    }

    fn make(&self, address: &Address, ca_root: Option<&str>) -> Result<Pool, Unreachable> {
        let mut config = address.config.clone();
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(PATIENCE);
        }
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        // `prefer` takes what it gets, and what it gets on a local server is a certificate that
        // nobody can verify: only `require` is TLS, and then it is verified.
        let manager = if config.get_ssl_mode() == SslMode::Require {
            let connector = tls::connector(ca_root).map_err(|error| Unreachable::Tls(error.to_string()))?;
            Manager::from_config(config, connector, recycling)
        } else {
            Manager::from_config(config, NoTls, recycling)
        };
        Pool::builder(manager)
            .max_size(self.size)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(PATIENCE))
            .create_timeout(Some(PATIENCE))
            .build()
            .map_err(|error| Unreachable::Failed(error.to_string()))
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
