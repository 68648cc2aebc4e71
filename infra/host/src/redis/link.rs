//! One connection for each address, on which the commands of many requests are under way at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, Cmd, FromRedisValue, RedisError};

use super::{Address, AddressError};
use crate::http::allowed_hosts::AllowedHosts;

/// How long to wait for a connection, and for the answer to a command.
const PATIENCE: Duration = Duration::from_secs(5);
/// A connection that was idle for so long is asked whether it is still one: servers close what is idle, and whoever
/// comes next shall not pay for that. What is asked is never a command of a component, which must not happen twice.
const FRESH: Duration = Duration::from_secs(1);
/// How many addresses are remembered; most applications have one. Connections to others end with their use.
const KNOWN: usize = 16;

/// The connections of an application.
#[derive(Default)]
pub(crate) struct Links {
    links: Mutex<HashMap<String, Arc<Link>>>,
}

/// The connections as one component reaches them.
pub(crate) struct Reach {
    links: Arc<Links>,
}

/// An address, and the connection to it, if there is one.
struct Link {
    client: Client,
    state: tokio::sync::Mutex<State>,
}

#[derive(Default)]
struct State {
    connected: Option<(MultiplexedConnection, Instant)>,
    /// Counts connections, so that the end of an old one is not that of a new one.
    generation: u64,
    failed: Option<(Instant, String)>,
}

/// A hold on the connection of a link.
#[derive(Clone)]
pub(crate) struct Connection {
    link: Arc<Link>,
    generation: u64,
    multiplexed: MultiplexedConnection,
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unreachable {
    #[error(transparent)]
    Address(#[from] AddressError),
    #[error("address {0} is not permitted")]
    Denied(String),
    #[error("{0}")]
    Failed(String),
}

impl Reach {
    pub(crate) fn new(links: Arc<Links>) -> Self {
        Self { links }
    }

    /// The connection, if `hosts` allow the address.
    pub(crate) async fn connect(
        &self,
        address: &str,
        hosts: &AllowedHosts,
    ) -> Result<Connection, Unreachable> {
        let parsed = Address::parse(address)?;
        if let Some(refused) = parsed.refused_by(hosts) {
            return Err(Unreachable::Denied(refused));
        }
        self.links.link(address, parsed.client).connect().await
    }
}

impl Links {
    fn link(&self, address: &str, client: Client) -> Arc<Link> {
        let mut links = self.links.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(link) = links.get(address) {
            return link.clone();
        }
        let link = Arc::new(Link { client, state: tokio::sync::Mutex::default() });
        if links.len() < KNOWN {
            links.insert(address.to_owned(), link.clone());
        }
        link
    }
}

impl Link {
    async fn connect(self: &Arc<Self>) -> Result<Connection, Unreachable> {
        let asked = Instant::now();
        let mut state = self.state.lock().await;
        if let Some((failed, reason)) = &state.failed
            && *failed >= asked
        {
            // Who waited for this attempt has waited long enough.
            return Err(Unreachable::Failed(reason.clone()));
        }
        let usable = match &mut state.connected {
            Some((_, used)) if used.elapsed() < FRESH => true,
            Some((multiplexed, _)) => {
                redis::cmd("PING").query_async::<redis::Value>(multiplexed).await.is_ok()
            }
            None => false,
        };
        let multiplexed = match state.connected.take().filter(|_| usable) {
            Some((multiplexed, _)) => multiplexed,
            None => match self.open().await {
                Ok(multiplexed) => {
                    state.generation += 1;
                    multiplexed
                }
                Err(error) => {
                    let reason = error.to_string();
                    state.failed = Some((Instant::now(), reason.clone()));
                    return Err(Unreachable::Failed(reason));
                }
            },
        };
        state.connected = Some((multiplexed.clone(), Instant::now()));
        Ok(Connection { link: self.clone(), generation: state.generation, multiplexed })
    }

    async fn open(&self) -> Result<MultiplexedConnection, RedisError> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE));
        self.client.get_multiplexed_async_connection_with_config(&config).await
    }
}

impl Connection {
    /// Runs one command.
    pub(crate) async fn run<T: FromRedisValue>(&mut self, command: &Cmd) -> Result<T, RedisError> {
        let answer = command.query_async(&mut self.multiplexed).await;
        if let Err(error) = &answer
            && (error.is_unrecoverable_error() || error.is_timeout())
        {
            self.forget().await;
        }
        answer
    }

    /// The next one to ask for a connection gets a new one.
    async fn forget(&self) {
        let mut state = self.link.state.lock().await;
        if state.generation == self.generation {
            state.connected = None;
        }
    }
}
