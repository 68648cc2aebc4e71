//! What a component may be given, under the names that `inherit_configuration` uses.

/// A kind of power that a component's manifest entry grants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Capability {
    /// `ai_models`
    AiModels,
    /// `allowed_outbound_hosts`: HTTP, PostgreSQL and every other network.
    AllowedOutboundHosts,
    /// `environment`
    Environment,
    /// `files`
    Files,
    /// `key_value_stores`
    KeyValueStores,
    /// `sqlite_databases`
    SqliteDatabases,
    /// `variables`
    Variables,
}

impl Capability {
    /// Every capability.
    pub const ALL: [Self; 7] = [
        Self::AiModels,
        Self::AllowedOutboundHosts,
        Self::Environment,
        Self::Files,
        Self::KeyValueStores,
        Self::SqliteDatabases,
        Self::Variables,
    ];

    /// The name in the manifest.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::AiModels => "ai_models",
            Self::AllowedOutboundHosts => "allowed_outbound_hosts",
            Self::Environment => "environment",
            Self::Files => "files",
            Self::KeyValueStores => "key_value_stores",
            Self::SqliteDatabases => "sqlite_databases",
            Self::Variables => "variables",
        }
    }

    /// The capability of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|capability| capability.name() == name)
    }

    /// The capability behind an imported interface, whatever its version; none for an interface
    /// that gives no power (types, clocks, random numbers, standard streams).
    #[must_use]
    pub fn of_import(import: &str) -> Option<Self> {
        let interface = import.split_once('@').map_or(import, |(name, _)| name);
        match interface {
            "fermyon:spin/llm" => Some(Self::AiModels),
            "fermyon:spin/http"
            | "fermyon:spin/mysql"
            | "fermyon:spin/postgres"
            | "fermyon:spin/redis"
            | "fermyon:spin/mqtt"
            | "spin:mqtt/mqtt"
            | "spin:mysql/mysql"
            | "spin:postgres/postgres"
            | "spin:redis/redis"
            | "wasi:http/client"
            | "wasi:http/outgoing-handler" => Some(Self::AllowedOutboundHosts),
            "wasi:cli/environment" => Some(Self::Environment),
            "wasi:filesystem/preopens" => Some(Self::Files),
            "fermyon:spin/key-value" | "spin:key-value/key-value" | "wasi:keyvalue/store" => {
                Some(Self::KeyValueStores)
            }
            "fermyon:spin/sqlite" | "spin:sqlite/sqlite" => Some(Self::SqliteDatabases),
            "fermyon:spin/config"
            | "fermyon:spin/variables"
            | "spin:variables/variables"
            | "wasi:config/store" => Some(Self::Variables),
            _ => None,
        }
    }
}

/// What a dependency or a middleware gets of its parent's configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inherit {
    /// Everything.
    All,
    /// What is listed; nothing when the list is empty.
    Only(Vec<Capability>),
}

impl Inherit {
    /// Whether the capability is inherited.
    #[must_use]
    pub fn covers(&self, capability: Capability) -> bool {
        match self {
            Self::All => true,
            Self::Only(listed) => listed.contains(&capability),
        }
    }
}
