//! How the product data of a tenant is kept apart from that of others. What the platform knows of a tenant (its people,
//! keys, counters, log) is in shared tables in any case.

/// How a tenant's product data is kept apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Isolation {
    /// In shared tables: each row says whose it is, and the database shows it to nobody else.
    Shared,
    /// In a schema of the tenant's own, which only the tenant's own role reaches. On PostgreSQL.
    Schema,
    /// In a PostgreSQL database of the tenant's own, which the operator names.
    Database,
}

impl Isolation {
    /// Every way.
    pub const ALL: [Self; 3] = [Self::Shared, Self::Schema, Self::Database];

    /// The name on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Shared => "shared",
            Self::Schema => "schema",
            Self::Database => "database",
        }
    }

    /// The way of that name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|isolation| isolation.as_str() == text)
    }
}
