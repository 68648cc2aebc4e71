//! What the manifest's variables tell a component. Read once an instance: it is the same for every request.

use std::cell::OnceCell;
use std::rc::Rc;

use insula_domain::bucket_storage::{self, Kind};
use insula_domain::{proxies, upload};

use crate::Db;
use crate::bindings::spin::variables::variables;
use crate::master_keys::MasterKeys;

/// The settings that every component has.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the data are.
    pub db: Db,
    /// What data keys and what waits are sealed under; only components that keep such things are given it.
    pub master_keys: Result<MasterKeys, Unreadable>,
    /// How many proxies stand between the clients and this server, each adding to `X-Forwarded-For`. There is no number
    /// to fall back on: a wrong one lets clients choose their address, or gives everybody the same.
    pub trusted_proxies: Result<usize, Unreadable>,
    /// What an upload may have.
    pub upload_limit_bytes: Result<usize, Unreadable>,
    /// Where the buckets of rate limits are. There is none to fall back on: with buckets in two places everybody would
    /// have twice what is allowed.
    pub buckets: Result<Buckets, Unreadable>,
}

/// Where the buckets of rate limits are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Buckets {
    /// In the database.
    Database,
    /// In the Redis with this address.
    Redis(String),
}

/// A variable whose value says nothing: nobody is served with it, because a guess could open a door.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the variable `{name}` cannot be read: write {expected}")]
pub struct Unreadable {
    /// The variable.
    pub name: &'static str,
    /// What to write.
    pub expected: &'static str,
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
        let config = Rc::new(Self {
            db,
            master_keys: MasterKeys::read(
                variable("master_key").await,
                variable("master_key_previous").await,
            ),
            trusted_proxies: trusted_proxies(variable("trusted_proxies").await.as_deref()),
            upload_limit_bytes: upload_limit_bytes(variable("upload_limit_mib").await.as_deref()),
            buckets: buckets(variable("bucket_storage").await.as_deref(), variable("redis_url").await),
        });
        CONFIG.with(|cell| Rc::clone(cell.get_or_init(|| config)))
    }
}

/// The value of a variable, if the manifest gives this component one.
pub async fn variable(name: &str) -> Option<String> {
    variables::get(name.to_owned()).await.ok()
}

/// A component that isn't told stands behind no proxy.
fn trusted_proxies(text: Option<&str>) -> Result<usize, Unreadable> {
    let unreadable = Unreadable { name: "trusted_proxies", expected: proxies::PROXIES_EXPECTED };
    text.map_or(Ok(0), |text| proxies::trusted(text).ok_or(unreadable))
}

fn upload_limit_bytes(text: Option<&str>) -> Result<usize, Unreadable> {
    let unreadable = Unreadable { name: "upload_limit_mib", expected: upload::LIMIT_EXPECTED };
    text.map_or(Ok(upload::LIMIT_MIB << 20), |text| upload::limit_bytes(text).ok_or(unreadable))
}

/// A component that isn't told has them in the database.
fn buckets(storage: Option<&str>, redis_url: Option<String>) -> Result<Buckets, Unreadable> {
    let unreadable = |name, expected| Err(Unreadable { name, expected });
    match storage.map_or(Some(Kind::Database), Kind::parse) {
        None => unreadable("bucket_storage", bucket_storage::KIND_EXPECTED),
        Some(Kind::Database) => Ok(Buckets::Database),
        Some(Kind::Redis) => match redis_url.filter(|url| bucket_storage::is_redis_url(url)) {
            Some(url) => Ok(Buckets::Redis(url)),
            None => unreadable("redis_url", bucket_storage::REDIS_URL_EXPECTED),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_the_default() {
        assert_eq!(trusted_proxies(None), Ok(0));
        assert_eq!(upload_limit_bytes(None), Ok(64 << 20));
        assert_eq!(buckets(None, None), Ok(Buckets::Database));
    }

    /// Protects everybody who shares a limit: a slip of the pen must not be a second place for its bucket.
    #[test]
    fn buckets_are_in_the_one_place_that_is_named_or_nowhere() {
        let url = || Some("redis://127.0.0.1:6379".to_owned());
        assert_eq!(buckets(Some("database"), url()), Ok(Buckets::Database));
        assert_eq!(buckets(Some("redis"), url()), Ok(Buckets::Redis(url().unwrap())));
        for text in ["", "Redis", "valkey", "postgres"] {
            assert_eq!(buckets(Some(text), url()).unwrap_err().name, "bucket_storage", "{text}");
        }
        for url in [None, Some(String::new()), Some("http://127.0.0.1".to_owned())] {
            assert_eq!(buckets(Some("redis"), url).unwrap_err().name, "redis_url");
        }
    }

    /// Protects whoever is counted or bound by address: a misspelt number must not mean that there are no proxies.
    #[test]
    fn a_value_that_cannot_be_read_is_named_and_is_no_number() {
        for text in ["", "one", "-1", "300", "1.5"] {
            let unreadable = trusted_proxies(Some(text)).unwrap_err().to_string();
            assert!(
                unreadable.contains("`trusted_proxies`") && unreadable.contains("from 0"),
                "{unreadable}"
            );
        }
        for text in ["", "many", "-1", "0", "1025", "64 MiB"] {
            let unreadable = upload_limit_bytes(Some(text)).unwrap_err().to_string();
            assert!(
                unreadable.contains("`upload_limit_mib`") && unreadable.contains("from 1"),
                "{unreadable}"
            );
        }
        assert_eq!((trusted_proxies(Some("2")), upload_limit_bytes(Some("1"))), (Ok(2), Ok(1 << 20)));
    }
}
