//! Typed ids: a prefix that names the kind, and a UUIDv7, as TypeIDs (`ten_01h455vb4pex5vsknk084sn02q`).
//!
//! Source: the TypeID specification 0.3, <https://github.com/jetify-com/typeid/tree/main/spec>. Ids of one kind sort
//! by the millisecond of their creation, as text too, so lists page by id.

use std::fmt;
use std::marker::PhantomData;

use insula_domain::type_id::{decode, encode};
use uuid::Uuid;

use crate::time::Timestamp;

/// A kind of thing that has ids.
pub trait Kind {
    /// The text before the underscore.
    const PREFIX: &'static str;
}

/// The id of one `K`.
pub struct Id<K> {
    uuid: Uuid,
    kind: PhantomData<fn() -> K>,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $prefix:literal, $alias:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $kind {}
        impl Kind for $kind {
            const PREFIX: &'static str = $prefix;
        }
        $(#[$doc])*
        pub type $alias = Id<$kind>;
    )*};
}

kinds! {
    /// A tenant.
    Tenant = "ten", TenantId;
    /// A person.
    User = "usr", UserId;
    /// A session of a person.
    Session = "ses", SessionId;
    /// An access token.
    Token = "tok", TokenId;
    /// An API key.
    Key = "key", KeyId;
    /// A stored report.
    Report = "rep", ReportId;
    /// A mail.
    Mail = "mai", MailId;
    /// An entry of the audit log.
    AuditEntry = "aud", AuditEntryId;
    /// An invitation.
    Invitation = "inv", InvitationId;
    /// A request.
    RequestKind = "req", RequestId;
}

impl<K: Kind> Id<K> {
    /// A new id of this millisecond; `random` makes it unique.
    #[must_use]
    pub fn new(at: Timestamp, random: [u8; 10]) -> Self {
        let milliseconds = u64::try_from(at.as_ms()).unwrap_or_default();
        let uuid = uuid::Builder::from_unix_timestamp_millis(milliseconds, &random).into_uuid();
        Self { uuid, kind: PhantomData }
    }

    /// Reads an id. `None` for another kind's prefix and for any text that isn't the one way to write an id.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let suffix = text.strip_prefix(K::PREFIX)?.strip_prefix('_')?;
        decode(suffix).map(|bits| Self { uuid: Uuid::from_u128(bits), kind: PhantomData })
    }

    /// Reads an id by its suffix alone, as API keys hold it.
    #[must_use]
    pub fn from_suffix(suffix: &str) -> Option<Self> {
        decode(suffix).map(|bits| Self { uuid: Uuid::from_u128(bits), kind: PhantomData })
    }

    /// The 26 characters after the underscore.
    #[must_use]
    pub fn suffix(&self) -> String {
        encode(self.uuid.as_u128())
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.uuid == other.uuid
    }
}
impl<K> Eq for Id<K> {}

impl<K: Kind> fmt::Display for Id<K> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}_{}", K::PREFIX, self.suffix())
    }
}
impl<K: Kind> fmt::Debug for Id<K> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}
impl<K: Kind> serde::Serialize for Id<K> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_specifications_vectors_read_and_write() {
        for (text, uuid) in [
            ("ten_00000000000000000000000000", "00000000-0000-0000-0000-000000000000"),
            ("ten_00000000000000000000000001", "00000000-0000-0000-0000-000000000001"),
            ("ten_0000000000000000000000000g", "00000000-0000-0000-0000-000000000010"),
            ("ten_7zzzzzzzzzzzzzzzzzzzzzzzzz", "ffffffff-ffff-ffff-ffff-ffffffffffff"),
            ("ten_01h455vb4pex5vsknk084sn02q", "01890a5d-ac96-774b-bcce-b302099a8057"),
        ] {
            let id = TenantId::parse(text).unwrap();
            assert_eq!(id.uuid.to_string(), uuid);
            assert_eq!(id.to_string(), text);
        }
    }

    #[test]
    fn what_is_no_id_of_the_kind_is_refused() {
        for text in [
            "",
            "ten_",
            "usr_01h455vb4pex5vsknk084sn02q",
            "ten_8zzzzzzzzzzzzzzzzzzzzzzzzz",
            "ten_01H455VB4PEX5VSKNK084SN02Q",
            "ten_01h455vb4pex5vsknk084sn02",
            "ten_01h455vb4pex5vsknk084sn02qq",
            "ten_01h455vb4pex5vsknk084sn0\u{e9}",
            "ten01h455vb4pex5vsknk084sn02q",
        ] {
            assert!(TenantId::parse(text).is_none(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn later_ids_sort_later_as_text(early in 0..1_i64 << 47, gap in 1..1_i64 << 40, one: [u8; 10], other: [u8; 10]) {
            let first = KeyId::new(Timestamp::from_ms(early), one).to_string();
            let second = KeyId::new(Timestamp::from_ms(early + gap), other).to_string();
            prop_assert!(first < second);
            prop_assert_eq!(KeyId::parse(&first).unwrap().to_string(), first);
        }
    }
}
