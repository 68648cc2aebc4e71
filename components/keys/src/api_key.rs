//! What an API key is. Pure: no I/O, no clock.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use insula_domain::credential;
use insula_domain::role::Role;
use insula_kit::id::{KeyId, UserId};
use insula_kit::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::Error;
use crate::settings::Settings;

/// The most keys of a tenant that are not revoked.
pub const UNREVOKED_LIMIT: i64 = 1_000;

/// A key, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    pub id: KeyId,
    pub created_by: UserId,
    pub settings: Settings,
    /// Whether it says `live` or `test`; a word for people, both open the same doors.
    pub live: bool,
    /// Whether its text was made by another system.
    pub imported: bool,
    pub created_at: Timestamp,
    pub revoked: Option<(Timestamp, Reason)>,
    /// The key that replaced it.
    pub successor: Option<KeyId>,
    /// To the minute.
    pub last_used_at: Option<Timestamp>,
    /// How often it was changed.
    pub version: i64,
    /// The key whose limit it shares, because that one made it while it was limited, or was replaced by it; none shares its
    /// own.
    pub limit_root: Option<KeyId>,
    /// Whether the operator limits it, or those that it shares a limit with.
    pub is_limited: bool,
    /// The highest role of those who set its bounds.
    pub bounds_role: Role,
    /// The role of who made it; none if it is no member any more.
    pub creator_role: Option<Role>,
}

/// Why a key was revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RevocationReason)]
pub enum Reason {
    /// Somebody of the tenant did it.
    Request,
    /// It was replaced at once.
    Rotation,
    /// It was found in public.
    Leak,
}

impl Reason {
    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Rotation => "rotation",
            Self::Leak => "leak",
        }
    }

    /// Reads the word. Before there were reasons every revocation was requested.
    pub fn read(word: Option<&str>) -> Self {
        [Self::Rotation, Self::Leak]
            .into_iter()
            .find(|reason| Some(reason.as_str()) == word)
            .unwrap_or(Self::Request)
    }
}

impl ApiKey {
    /// What may be shown of its text. Of a key that another system made nothing is known but the digest.
    pub fn prefix(&self) -> Option<String> {
        (!self.imported).then(|| credential::prefix(self.live, &self.id.suffix()))
    }

    /// The key whose limit it draws from: its own, or that of another one.
    pub fn limit_root(&self) -> KeyId {
        self.limit_root.unwrap_or(self.id)
    }

    /// Whether something limits it besides the plan: what its tenant chose, or the operator.
    pub fn is_bound(&self) -> bool {
        self.settings.limit.is_some() || self.is_limited
    }

    /// Whether it counts no longer.
    pub fn has_ended(&self, now: Timestamp) -> bool {
        self.revoked.is_some() || self.settings.expires_at.is_some_and(|at| at <= now)
    }

    /// Sees that it can be replaced.
    pub fn demand_rotatable(&self, now: Timestamp) -> Result<(), Error> {
        if self.successor.is_some() {
            return Err(Error::Rotated);
        }
        if self.has_ended(now) { Err(Error::Ended) } else { Ok(()) }
    }

    /// When a successor that is made now ends: after as long a life as this one had.
    pub fn successor_ends_at(&self, now: Timestamp) -> Option<Timestamp> {
        let ends_at = self.settings.expires_at?;
        Some(now.plus_ms(ends_at.as_ms() - self.created_at.as_ms()))
    }
}

/// The text of a key. It can be put into the one answer that shows it, and into a digest; it can't be printed.
pub struct Secret(String);

impl Secret {
    /// The text of the key with that id.
    pub fn new(live: bool, id: KeyId, random: [u8; 32]) -> Self {
        Self(credential::api_key(live, &id.suffix(), &URL_SAFE_NO_PAD.encode(random)))
    }

    /// What is stored of it.
    pub fn digest(&self) -> String {
        credential::digest(&self.0)
    }

    /// The text, for its owner.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use insula_domain::credential::Presented;

    #[test]
    fn the_text_of_a_key_is_recognised_and_starts_with_what_is_shown_of_it() {
        let id = KeyId::new(Timestamp::from_ms(1), [1; 10]);
        let secret = Secret::new(true, id, [255; 32]);
        let suffix = id.suffix();
        assert_eq!(Presented::parse(secret.reveal()), Some(Presented::ApiKey { id_suffix: &suffix }));
        assert!(secret.reveal().starts_with(&credential::prefix(true, &suffix)));
        assert_eq!(secret.digest(), credential::digest(secret.reveal()));
    }

    #[test]
    fn a_reason_is_read_as_it_was_written() {
        for reason in [Reason::Request, Reason::Rotation, Reason::Leak] {
            assert_eq!(Reason::read(Some(reason.as_str())), reason);
        }
        assert_eq!(Reason::read(None), Reason::Request);
    }
}
