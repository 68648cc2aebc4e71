//! The platform's own keys, one for each purpose: what must stay the same when the master key is exchanged is derived from
//! them.
//!
//! A key is 256 random bits, or, where the data are older than the keys, what the master key of then makes of itself: so
//! digests and signing keys that were derived from that are the same as ever. Either way it is stored wrapped, and never
//! changes; an instance opens it once.

use std::cell::RefCell;
use std::collections::BTreeMap;

use insula_domain::credential::hexadecimal;

use super::{bytes, unreadable};
use crate::cx::Cx;
use crate::params;
use crate::problem::Problem;
use crate::seal;
use crate::sql::{Scope, Statement};
use crate::wrap::Wrapped;

const GET: &str = include_str!("../../sql/platform_key_get.sql");
const SET: &str = include_str!("../../sql/platform_key_set.sql");

thread_local! {
    /// The keys that were opened: the same for every request, as long as there is the database.
    static OPENED: RefCell<BTreeMap<&'static str, [u8; 32]>> = const { RefCell::new(BTreeMap::new()) };
}

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Signing checkpoints of audit logs.
    Checkpoint,
    /// Digests of what is found again and can't be guessed.
    Digest,
}

impl Purpose {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Checkpoint, Self::Digest];

    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Checkpoint => "checkpoint",
            Self::Digest => "digest",
        }
    }
}

impl Cx {
    /// The platform's key for a purpose; made when there is none yet. Of two that are made at once one is kept.
    ///
    /// # Errors
    ///
    /// `master-key-unusable` for a key that another master key wrapped, and failures of the database.
    pub async fn platform_key(&self, purpose: Purpose) -> Result<[u8; 32], Problem> {
        let name = purpose.as_str();
        if let Some(key) = opened(purpose) {
            return Ok(key);
        }
        let info = info(name);
        let found = self.query(Scope::System, Statement::new(GET, params![name])).await?;
        let found = found.first().map(Wrapped::read).transpose()?;
        let wrapped = match found {
            Some(wrapped) if !wrapped.sealed.is_empty() => wrapped,
            found => {
                // Before there were keys there was one master key: if it was exchanged since, it is the previous one.
                let first = || self.master_keys().map(|keys| keys.previous().unwrap_or(keys.current()));
                let key = if found.is_some() { seal::extract(first()?) } else { self.random()? };
                let fresh = self.wrap(&info, &hexadecimal(&key))?;
                let set = Statement::new(SET, params![name, fresh.sealed, fresh.by, self.now()]);
                let kept = self.query(Scope::System, set).await?;
                Wrapped::read(kept.first().ok_or_else(unreadable)?)?
            }
        };
        let key = bytes(&self.open_wrapped(&info, &wrapped)?)?;
        OPENED.with_borrow_mut(|keys| keys.insert(name, key));
        Ok(key)
    }
}

/// The key for a purpose, if this instance has opened it.
pub fn opened(purpose: Purpose) -> Option<[u8; 32]> {
    OPENED.with_borrow(|keys| keys.get(purpose.as_str()).copied())
}

/// What the key for a purpose is wrapped for: it is worth nothing in another row.
#[must_use]
pub fn info(purpose: &str) -> String {
    format!("platform key\n{purpose}")
}
