//! Another database of the server that the tests were given: one of a tenant's own.

use super::database::Database;
use super::postgres;

/// A database that is empty at first, and gone at the end of the test.
pub struct Second {
    server: String,
    /// Its address, for its owner as a rule: a login that may do nothing else, and that row-level security binds.
    pub address: String,
    /// The same database, for a superuser.
    database: Database,
}

impl Second {
    /// Makes one whose address is that of a superuser, whom nothing binds.
    #[must_use]
    pub fn unbound() -> Self {
        let server = postgres::server_address().expect("a server of PostgreSQL");
        let address = postgres::create(&server, false);
        Self::at(server, address)
    }

    /// Makes one.
    #[must_use]
    pub fn create() -> Self {
        let mut made = Self::unbound();
        let name = made.name().to_owned();
        postgres::execute(&made.server, &format!("create role {name} login"));
        postgres::execute(&made.server, &format!("alter database {name} owner to {name}"));
        let (scheme, rest) = made.address.split_once("://").expect("an address");
        let place = rest.split_once('@').map_or(rest, |(_, place)| place);
        made.address = format!("{scheme}://{name}@{place}");
        made
    }

    /// Its owner's way to it.
    #[must_use]
    pub fn owner(&self) -> Database {
        Database::Postgres(self.address.clone())
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
        postgres::execute(&self.server, &format!("drop role if exists {}", self.name()));
    }
}
