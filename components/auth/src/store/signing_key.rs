//! Signing keys in the database.

use insula_kit::params;
use insula_kit::sql::{self, Row, Statement};
use insula_kit::time::Timestamp;
use insula_kit::wrap::Wrapped;

use crate::signing_key::jwk::Jwk;
use crate::signing_key::schedule::Term;

const LIST: &str = include_str!("../../sql/signing_key_list.sql");
const INSERT: &str = include_str!("../../sql/signing_key_insert.sql");
const WITHDRAW_OTHERS: &str = include_str!("../../sql/signing_key_withdraw_others.sql");

/// A key as it is stored.
pub struct StoredKey {
    pub predecessor: String,
    pub public: Jwk,
    /// The private half, wrapped; none: it is, or was, the manifest's.
    pub wrapped: Option<Wrapped>,
    pub created_at: Timestamp,
    pub term: Term,
}

/// The newest keys, newest first.
pub fn list() -> Statement {
    Statement::new(LIST, params![])
}

/// Adds a key. Refused if it isn't the first to follow its predecessor.
pub fn insert(key: &StoredKey) -> Result<Statement, sql::Error> {
    let public = serde_json::to_string(&key.public).map_err(|_| unreadable())?;
    let StoredKey { predecessor, wrapped, created_at, term, .. } = key;
    let sealed = wrapped.as_ref().map(|wrapped| wrapped.sealed.clone());
    let by = wrapped.as_ref().map(|wrapped| wrapped.by.clone()).unwrap_or_default();
    let params = params![&key.public.kid, predecessor, public, sealed, by, *created_at, term.signs_from];
    Ok(Statement::required(INSERT, params))
}

/// Takes all keys but this one out of use.
pub fn withdraw_others(kid: &str, now: Timestamp) -> Statement {
    Statement::new(WITHDRAW_OTHERS, params![now, kid])
}

/// Reads a key.
pub fn read(row: &Row) -> Result<StoredKey, sql::Error> {
    Ok(StoredKey {
        predecessor: row.text("predecessor")?,
        public: serde_json::from_str(&row.text("public_jwk")?).map_err(|_| unreadable())?,
        wrapped: match row.optional_text("private_key")? {
            Some(sealed) => Some(Wrapped { sealed, by: row.text("wrapped_by")? }),
            None => None,
        },
        created_at: row.time("created_at_ms")?,
        term: Term {
            signs_from: row.time("signs_from_ms")?,
            withdrawn_at: row.optional_time("withdrawn_at_ms")?,
        },
    })
}

fn unreadable() -> sql::Error {
    sql::Error::Decode("public_jwk".to_owned())
}
