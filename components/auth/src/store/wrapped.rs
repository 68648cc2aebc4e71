//! Wrapped keys in the database, of all kinds: which are left to be wrapped anew, and what they are wrapped for.

use insula_kit::data_key::{platform, subject, tenant};
use insula_kit::id::{TenantId, UserId};
use insula_kit::params;
use insula_kit::sql::{self, Row, Statement};
use insula_kit::wrap::Wrapped;

use crate::service::{second_factor, signing_key};

const COUNT: &str = include_str!("../../sql/wrapped_count.sql");

/// A table of wrapped keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    Platform,
    Signing,
    Tenant,
    SecondFactor,
    Subject,
}

/// A wrapped key of a row.
pub struct Stored {
    pub owner: String,
    pub wrapped: Wrapped,
}

impl Table {
    /// All of them; what everybody depends on comes first.
    pub const ALL: [Self; 5] =
        [Self::Platform, Self::Signing, Self::Tenant, Self::SecondFactor, Self::Subject];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Platform => "platform_key",
            Self::Signing => "signing_key",
            Self::Tenant => "tenant_key",
            Self::SecondFactor => "second_factor",
            Self::Subject => "subject_key",
        }
    }

    /// What a key of it is wrapped for; none for a row that is nobody's.
    pub fn info(self, owner: &str) -> Option<String> {
        match self {
            Self::Platform => Some(platform::info(owner)),
            Self::Signing => Some(signing_key::purpose(owner)),
            Self::Tenant => TenantId::parse(owner).map(tenant::info),
            Self::SecondFactor => UserId::parse(owner).map(second_factor::info),
            Self::Subject => UserId::parse(owner).map(subject::info),
        }
    }

    /// Its next keys that the master key of that name wrapped, or one that was not noted, for [`read`].
    pub fn list(self, name: &str, after: &str, limit: usize) -> Statement {
        let text = match self {
            Self::Platform => include_str!("../../sql/platform_key_list_wrapped.sql"),
            Self::Signing => include_str!("../../sql/signing_key_list_wrapped.sql"),
            Self::Tenant => include_str!("../../sql/tenant_key_list_wrapped.sql"),
            Self::SecondFactor => include_str!("../../sql/second_factor_list_wrapped.sql"),
            Self::Subject => include_str!("../../sql/subject_key_list_wrapped.sql"),
        };
        Statement::new(text, params![name, after, i64::try_from(limit).unwrap_or(i64::MAX)])
    }

    /// Stores a key that was wrapped anew; refused if it isn't that one any more.
    pub fn set(self, before: &Stored, wrapped: &Wrapped) -> Statement {
        let text = match self {
            Self::Platform => include_str!("../../sql/platform_key_set_wrapped.sql"),
            Self::Signing => include_str!("../../sql/signing_key_set_wrapped.sql"),
            Self::Tenant => include_str!("../../sql/tenant_key_set_wrapped.sql"),
            Self::SecondFactor => include_str!("../../sql/second_factor_set_wrapped.sql"),
            Self::Subject => include_str!("../../sql/subject_key_set_wrapped.sql"),
        };
        let params = params![&wrapped.sealed, &wrapped.by, &before.owner, &before.wrapped.sealed];
        Statement::required(text, params)
    }
}

/// How many keys another master key wrapped than the one of that name, as the column `keys`.
pub fn count(name: &str) -> Statement {
    Statement::new(COUNT, params![name])
}

/// Reads a key.
pub fn read(row: &Row) -> Result<Stored, sql::Error> {
    Ok(Stored { owner: row.text("owner")?, wrapped: Wrapped::read(row)? })
}
