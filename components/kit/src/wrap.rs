//! Wrapping: a key is stored only sealed under the master key, beside the name of the master key that sealed it. So the
//! master key can be exchanged without touching what was sealed under the keys.
//!
//! It is sealed as data are ([`crate::data_key`]: XChaCha20-Poly1305), under a key derived from the master key for this
//! purpose alone, and what it is wrapped for, which names its owner, is authenticated with it: a wrapped key that was moved
//! to another row opens nothing. It begins with a mark, `2.`; what has none is of a release that wrapped as mail is sealed
//! ([`crate::seal`]). That is opened still, and wrapped anew when the master key is exchanged.
//!
//! The name of a master key is 64 bits derived from it by HKDF-SHA-256 (RFC 5869), for this
//! purpose alone: it tells two keys apart, and of a key that nobody can guess it tells nothing.

use insula_domain::credential::hexadecimal;

use crate::cx::Cx;
use crate::data_key::DataKey;
use crate::problem::{INTERNAL, MASTER_KEY_UNUSABLE, Problem};
use crate::seal;
use crate::sql::master_keys::MasterKeys;
use crate::sql::{self, Row};

const NAME: &str = "name of the master key";
const NAME_LENGTH: usize = 8;
const MARK: &str = "2.";
const WRAPPING: &str = "wrapping of keys";

/// A wrapped key, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrapped {
    /// The key, sealed.
    pub sealed: String,
    /// The name of the master key that sealed it; empty where that was not noted.
    pub by: String,
}

impl Wrapped {
    /// Reads the columns `sealed` and `wrapped_by`.
    ///
    /// # Errors
    ///
    /// When one of them isn't there.
    pub fn read(row: &Row) -> Result<Self, sql::Error> {
        Ok(Self { sealed: row.text("sealed")?, by: row.text("wrapped_by")? })
    }
}

/// Why a wrapped key could not be opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unopened {
    /// It was sealed under a master key that this server isn't given.
    #[error(
        "a key is wrapped by the master key {0:?}, which is neither `master_key` nor `master_key_previous`"
    )]
    Foreign(String),
    /// It was changed, or is another's.
    #[error("a wrapped key was changed, or is not its row's")]
    Changed,
}

/// The name of a master key.
#[must_use]
pub fn name(master_key: &str) -> Option<String> {
    Some(hexadecimal(&seal::derive(master_key, NAME)?[..NAME_LENGTH]))
}

/// Wraps a key under the current master key, for what `info` names.
#[must_use]
pub fn wrap(keys: &MasterKeys, info: &str, nonce: [u8; 24], key: &str) -> Option<Wrapped> {
    let sealed = wrapping(keys.current())?.seal(info, nonce, key)?;
    Some(Wrapped { sealed: format!("{MARK}{sealed}"), by: name(keys.current())? })
}

fn wrapping(master_key: &str) -> Option<DataKey> {
    seal::derive(master_key, WRAPPING).map(|key| DataKey::new(WRAPPING.to_owned(), key))
}

fn open_sealed(master_key: &str, info: &str, sealed: &str) -> Option<String> {
    match sealed.strip_prefix(MARK) {
        Some(sealed) => wrapping(master_key)?.open(info, sealed),
        None => seal::open(master_key, info, sealed),
    }
}

/// Opens what [`wrap`] wrapped, or the release before it.
///
/// # Errors
///
/// See [`Unopened`].
pub fn open(keys: &MasterKeys, info: &str, wrapped: &Wrapped) -> Result<String, Unopened> {
    let is_named = |key: &&str| name(key).is_some_and(|name| name == wrapped.by);
    if wrapped.by.is_empty() {
        let opened = keys.iter().find_map(|key| open_sealed(key, info, &wrapped.sealed));
        return opened.ok_or(Unopened::Changed);
    }
    let key = keys.iter().find(is_named).ok_or_else(|| Unopened::Foreign(wrapped.by.clone()))?;
    open_sealed(key, info, &wrapped.sealed).ok_or(Unopened::Changed)
}

impl From<Unopened> for Problem {
    fn from(error: Unopened) -> Self {
        let kind = match error {
            Unopened::Foreign(_) => &MASTER_KEY_UNUSABLE,
            Unopened::Changed => &INTERNAL,
        };
        Self::new(kind).caused_by(error)
    }
}

impl Cx {
    /// Wraps a key under the current master key, for what `info` names.
    ///
    /// # Errors
    ///
    /// `master-key-unusable` without one.
    pub fn wrap(&self, info: &str, key: &str) -> Result<Wrapped, Problem> {
        let wrapped = wrap(self.master_keys()?, info, self.random()?, key);
        wrapped.ok_or_else(|| Problem::new(&INTERNAL).caused_by(Unopened::Changed))
    }

    /// Opens a wrapped key.
    ///
    /// # Errors
    ///
    /// `master-key-unusable` for one that another master key wrapped, `internal` for one that was changed or moved.
    pub fn open_wrapped(&self, info: &str, wrapped: &Wrapped) -> Result<String, Problem> {
        Ok(open(self.master_keys()?, info, wrapped)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(current: u8, previous: Option<u8>) -> MasterKeys {
        let text = |key: u8| char::from(key).to_string().repeat(32);
        MasterKeys::read(Some(text(current)), previous.map(text)).unwrap()
    }

    #[test]
    fn a_wrapped_key_opens_with_either_master_key_and_says_which_it_was() {
        let wrapped = wrap(&keys(b'1', None), "of ada", [7; 24], "key").unwrap();
        for able in [keys(b'1', None), keys(b'2', Some(b'1')), keys(b'1', Some(b'2'))] {
            assert_eq!(open(&able, "of ada", &wrapped).as_deref(), Ok("key"));
        }
        let foreign = open(&keys(b'2', Some(b'3')), "of ada", &wrapped);
        assert_eq!(foreign, Err(Unopened::Foreign(wrapped.by.clone())));
        assert_ne!(wrap(&keys(b'2', None), "of ada", [7; 24], "key").unwrap().by, wrapped.by);
    }

    /// Protects against whoever can write the table and puts another's key, or an older one, into a row.
    #[test]
    fn a_wrapped_key_opens_for_its_owner_only_and_unchanged_only() {
        let able = keys(b'1', Some(b'2'));
        let wrapped = wrap(&able, "of ada", [7; 24], "key").unwrap();
        assert_eq!(open(&able, "of bob", &wrapped), Err(Unopened::Changed));
        let renamed = Wrapped { by: name(&"2".repeat(32)).unwrap(), ..wrapped.clone() };
        assert_eq!(open(&able, "of ada", &renamed), Err(Unopened::Changed));
        let mut changed = wrapped.sealed.clone().into_bytes();
        changed[20] ^= 1;
        let changed = Wrapped { sealed: String::from_utf8(changed).unwrap(), ..wrapped };
        assert_eq!(open(&able, "of ada", &changed), Err(Unopened::Changed));
    }

    #[test]
    fn what_a_release_before_wrapped_opens_with_either_key() {
        let sealed = seal::seal(&"1".repeat(32), "of ada", [7; 12], "key").unwrap();
        let named = Wrapped { sealed: sealed.clone(), by: name(&"1".repeat(32)).unwrap() };
        assert_eq!(open(&keys(b'1', None), "of ada", &named).as_deref(), Ok("key"));
        assert_eq!(open(&keys(b'1', None), "of bob", &named), Err(Unopened::Changed));
        let marked = Wrapped { sealed: format!("2.{sealed}"), ..named };
        assert_eq!(open(&keys(b'1', None), "of ada", &marked), Err(Unopened::Changed));
        let unnamed = Wrapped { sealed, by: String::new() };
        for able in [keys(b'1', None), keys(b'2', Some(b'1'))] {
            assert_eq!(open(&able, "of ada", &unnamed).as_deref(), Ok("key"));
        }
        assert_eq!(open(&keys(b'2', None), "of ada", &unnamed), Err(Unopened::Changed));
    }

    /// As computed by others: PyNaCl's `crypto_aead_xchacha20poly1305_ietf_encrypt`, under `cryptography`'s
    /// `HKDF(SHA256(), 32, None, b"wrapping of keys")`, with `b"wrapping of keys\nof ada"` authenticated.
    #[test]
    fn a_wrapped_key_is_what_others_would_make_of_it() {
        let wrapped = wrap(&keys(b'1', None), "of ada", [7; 24], "key").unwrap();
        assert_eq!(wrapped.sealed, "2.BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH-G3NAyv80jm5vvyYY4dAKckvTg");
    }

    #[test]
    fn a_name_is_short_and_no_part_of_what_the_key_seals_with() {
        let name = name(&"1".repeat(32)).unwrap();
        assert_eq!(name.len(), 2 * NAME_LENGTH);
        let other = seal::derive(&"1".repeat(32), "of ada").unwrap();
        assert!(!hexadecimal(&other).contains(&name));
    }

    #[test]
    fn no_failure_shows_a_key() {
        let wrapped = wrap(&keys(b'1', None), "of ada", [7; 24], "key").unwrap();
        let foreign = open(&keys(b'2', None), "of ada", &wrapped).unwrap_err();
        for text in [foreign.to_string(), format!("{foreign:?}"), Unopened::Changed.to_string()] {
            assert!(!text.contains("1111") && !text.contains("2222") && !text.contains(&wrapped.sealed));
        }
    }
}
