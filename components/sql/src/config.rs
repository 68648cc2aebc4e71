//! What the manifest's variables tell a component. Read once an instance: it is the same for every request.

use std::cell::OnceCell;
use std::rc::Rc;

use insula_domain::{proxies, upload};

use crate::Db;
use crate::bindings::spin::variables::variables;

/// The settings that every component has.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the data are.
    pub db: Db,
    /// The key that stored answers are sealed under; only components that create things are given it.
    pub master_key: Option<String>,
    /// How many proxies stand between the clients and this server, each adding to `X-Forwarded-For`. There is no number
    /// to fall back on: a wrong one lets clients choose their address, or gives everybody the same.
    pub trusted_proxies: Result<usize, Unreadable>,
    /// What an upload may have.
    pub upload_limit_bytes: Result<usize, Unreadable>,
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
            master_key: variable("master_key").await,
            trusted_proxies: trusted_proxies(variable("trusted_proxies").await.as_deref()),
            upload_limit_bytes: upload_limit_bytes(variable("upload_limit_mib").await.as_deref()),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_the_default() {
        assert_eq!(trusted_proxies(None), Ok(0));
        assert_eq!(upload_limit_bytes(None), Ok(64 << 20));
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
