//! The database of one server: SQLite in its state folder, or one of its own on a PostgreSQL server; and its Redis, if the
//! buckets of rate limits are in one.

use std::path::PathBuf;

use crate::support::{Database, Redis, postgres, server_address};

/// A fresh database without a schema, removed with this value.
#[derive(Debug)]
pub struct Backing {
    postgres: Option<Postgres>,
    redis: Option<Redis>,
}

#[derive(Debug)]
struct Postgres {
    server: String,
    address: String,
}

impl Backing {
    /// Files in the server's state folder.
    #[must_use]
    pub fn sqlite() -> Self {
        Self { postgres: None, redis: Redis::under_test() }
    }

    /// A new database on the PostgreSQL server of that address.
    #[must_use]
    pub fn postgres(server: String) -> Self {
        let address = postgres::create(&server, false);
        Self { postgres: Some(Postgres { server, address }), redis: Redis::under_test() }
    }

    /// As `INSULA_TEST_DB` says.
    #[must_use]
    pub fn under_test() -> Self {
        server_address().map_or_else(Self::sqlite, Self::postgres)
    }

    /// The Redis that the buckets of rate limits are in, if they are in one.
    #[must_use]
    pub fn redis(&self) -> Option<&Redis> {
        self.redis.as_ref()
    }

    /// The database, which on SQLite is in that file.
    #[must_use]
    pub fn database(&self, sqlite: PathBuf) -> Database {
        self.address().map_or(Database::Sqlite(sqlite), |address| Database::Postgres(address.to_owned()))
    }

    /// The address, on PostgreSQL.
    #[must_use]
    pub fn address(&self) -> Option<&str> {
        self.postgres.as_ref().map(|postgres| postgres.address.as_str())
    }
}

impl Drop for Backing {
    fn drop(&mut self) {
        if let Some(Postgres { server, address }) = &self.postgres {
            postgres::remove(server, address);
        }
    }
}
