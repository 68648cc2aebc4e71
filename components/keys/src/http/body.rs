//! What every new key is given: the fields that the bodies of making and of importing one have in common.

use insula_kit::Pairs;
use insula_kit::texts::texts;
use insula_kit::time::Timestamp;
use insula_kit::validate::{Errors, FieldError};

use crate::settings::{self, Settings};

/// What a new key may be given.
pub struct Asked<'a> {
    pub name: &'a str,
    pub scopes: &'a [String],
    pub expires_in_days: Option<i64>,
    pub rate_limit: Option<&'a str>,
    pub allowed_networks: Option<&'a [String]>,
    pub metadata: Option<Pairs>,
}

impl Asked<'_> {
    /// Reads it, and reports every bad field at once.
    pub fn read(self, now: Timestamp) -> Result<Settings, Vec<FieldError>> {
        let mut errors = Errors::default();
        let name = settings::name(self.name, &mut errors);
        let scopes = settings::scopes(self.scopes, &mut errors);
        let expires_at = self.expires_in_days.and_then(|days| settings::ends_at(days, now, &mut errors));
        let limit = self.rate_limit.and_then(|text| settings::limit(text, &mut errors));
        let networks = self.allowed_networks.and_then(|texts| settings::networks(texts, &mut errors));
        let metadata = texts("metadata", self.metadata.unwrap_or_default(), &mut errors);
        errors.finish(name.map(|name| Settings { name, scopes, expires_at, limit, networks, metadata }))
    }
}

/// Writes a body that holds these fields beside its own, and `settings`, which reads them.
macro_rules! key_body {
    ($(#[$about:meta])* pub struct $name:ident { $($own:tt)* }) => {
        #[derive(serde::Deserialize, utoipa::ToSchema)]
        #[serde(deny_unknown_fields)]
        $(#[$about])*
        pub struct $name {
            $($own)*
            /// What people call it: 1 to 100 characters, white space at the ends is removed.
            #[schema(min_length = 1, max_length = 100, example = "CI")]
            name: String,
            /// What it is for. At least one, each once, and each must grant something that the caller's role allows.
            #[schema(value_type = Vec<insula_domain::scope::Scope>, min_items = 1, max_items = 8)]
            scopes: Vec<String>,
            /// After how many days it ends: 1 to 3650. Absent or null: never.
            #[schema(minimum = 1, maximum = 3650)]
            expires_in_days: Option<i64>,
            /// Whether its text says `live` or `test`, for people and for scanners; both may do the same. Absent or null: `live`.
            #[schema(default = true)]
            live: Option<bool>,
            /// How fast it may call, if less than the plan allows: calls a `second`, `minute`, `hour` or `day`, also all at once.
            /// Absent or null: as the plan says; a key that has a limit shares it with the keys that it makes.
            #[schema(pattern = "^[1-9][0-9]{0,6}/(second|minute|hour|day)$", example = "100/minute")]
            rate_limit: Option<String>,
            /// The networks that it may be used from, in CIDR notation, or single addresses; from elsewhere it is refused as an
            /// unknown key. Absent or null: everywhere.
            #[schema(min_items = 1, max_items = 32, example = json!(["192.0.2.0/24", "2001:db8::/32"]))]
            allowed_networks: Option<Vec<String>>,
            /// Texts of your own: at most 16, each of at most 200 characters, under names of at most 40 characters.
            #[schema(value_type = Option<BTreeMap<String, String>>)]
            metadata: Option<insula_kit::Pairs>,
        }

        impl $name {
            fn settings(
                &mut self,
                now: insula_kit::time::Timestamp,
            ) -> Result<crate::settings::Settings, Vec<insula_kit::validate::FieldError>> {
                let asked = super::body::Asked {
                    name: &self.name,
                    scopes: &self.scopes,
                    expires_in_days: self.expires_in_days,
                    rate_limit: self.rate_limit.as_deref(),
                    allowed_networks: self.allowed_networks.as_deref(),
                    metadata: self.metadata.take(),
                };
                asked.read(now)
            }
        }
    };
}

pub(super) use key_body;
