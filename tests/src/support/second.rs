//! Another database of the server that the tests were given: one of a tenant's own.

use super::database::Database;
use super::postgres;

/// A database that is empty at first, and gone at the end of the test.
pub struct Second {
    server: String,
    /// Its address.
    pub address: String,
    database: Database,
}

impl Second {
    /// Makes one.
    #[must_use]
    pub fn create() -> Self {
        let server = postgres::server_address().expect("a server of PostgreSQL");
        let address = postgres::create(&server, false);
        Self::at(server, address)
    }

    /// One of that name, which somebody else makes.
    #[must_use]
    pub fn named(name: &str) -> Self {
        let server = postgres::server_address().expect("a server of PostgreSQL");
        let address = postgres::address(&server, name);
        Self::at(server, address)
    }

    fn at(server: String, address: String) -> Self {
        let database = Database::Postgres(address.clone());
        Self { server, address, database }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.address.rsplit('/').next().and_then(|rest| rest.split('?').next()).unwrap_or_default()
    }

    /// Lets nobody in any more, and ends who is there; or lets them in again.
    pub fn open(&self, is_open: bool) {
        let name = self.name();
        postgres::execute(&self.server, &format!("alter database {name} allow_connections {is_open}"));
        if !is_open {
            postgres::execute(
                &self.server,
                &format!("select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'"),
            );
        }
    }
}

impl std::ops::Deref for Second {
    type Target = Database;

    fn deref(&self) -> &Database {
        &self.database
    }
}

impl Drop for Second {
    fn drop(&mut self) {
        postgres::remove(&self.server, &self.address);
    }
}
