//! What the manifest's variables tell a component. Read once an instance: it is the same for every request.

use std::cell::OnceCell;
use std::rc::Rc;

use crate::Db;
use crate::bindings::spin::variables::variables;

/// The settings that every component has.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the data are.
    pub db: Db,
    /// The key that stored answers are sealed under; only components that create things are given it.
    pub master_key: Option<String>,
    /// How many proxies stand between the clients and this server, each adding to `X-Forwarded-For`.
    pub trusted_proxies: usize,
}

thread_local! {
    static CONFIG: OnceCell<Rc<Config>> = const { OnceCell::new() };
}

impl Config {
    /// The settings of this instance.
    pub async fn load() -> Rc<Self> {
        if let Some(config) = CONFIG.with(|cell| cell.get().cloned()) {
            return config;
        }
        let db = match variable("database_url").await {
            Some(address) if !address.is_empty() => Db::Postgres(address),
            _ => Db::Sqlite,
        };
        let proxies = variable("trusted_proxies").await.and_then(|number| number.parse().ok());
        let config = Rc::new(Self {
            db,
            master_key: variable("master_key").await,
            trusted_proxies: proxies.unwrap_or_default(),
        });
        CONFIG.with(|cell| Rc::clone(cell.get_or_init(|| config)))
    }
}

/// The value of a variable, if the manifest gives this component one.
pub async fn variable(name: &str) -> Option<String> {
    variables::get(name.to_owned()).await.ok()
}
