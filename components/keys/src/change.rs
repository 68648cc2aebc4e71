//! What shall be another of a key. Pure: no I/O, no clock.

use std::collections::BTreeMap;

use insula_domain::network::Networks;
use insula_domain::rate_limit::RateLimit;
use insula_domain::scope::Scope;
use insula_kit::Patch;
use insula_kit::time::Timestamp;

use crate::settings::Settings;

/// A change; none and [`Patch::Keep`] leave what there is.
#[derive(Clone, Debug)]
pub struct Change {
    pub name: Option<String>,
    pub scopes: Option<Vec<Scope>>,
    pub expires_at: Patch<Timestamp>,
    pub limit: Patch<RateLimit>,
    pub networks: Patch<Networks>,
    pub metadata: Option<BTreeMap<String, String>>,
}

impl Change {
    /// What the settings are after it.
    pub fn apply(&self, present: &Settings) -> Settings {
        let change = self.clone();
        Settings {
            name: change.name.unwrap_or_else(|| present.name.clone()),
            scopes: change.scopes.unwrap_or_else(|| present.scopes.clone()),
            expires_at: change.expires_at.apply(present.expires_at),
            limit: change.limit.apply(present.limit),
            networks: change.networks.apply(present.networks.clone()),
            metadata: change.metadata.unwrap_or_else(|| present.metadata.clone()),
        }
    }
}
