//! Where a tenant's product data is, and how it comes there: the statements that belong into the batch that says so.
//!
//! On PostgreSQL a tenant has a schema of its own unless it was made otherwise; on SQLite there are shared tables only.
//! The functions that the statements call are a migration's. They run as the owner of the database, each does one narrow
//! thing for the tenant that it is given, and all that they do is undone with their batch.

use insula_domain::isolation::Isolation;
use insula_kit::id::TenantId;
use insula_kit::params;
use insula_kit::sql::{Db, Statement};
use insula_kit::validate::FieldError;

const MAKE: &str = include_str!("../sql/schema_make.sql");
const DROP: &str = include_str!("../sql/schema_drop.sql");
const MOVE: &str = include_str!("../sql/product_move.sql");

/// How a new tenant is kept apart, unless somebody chose.
#[must_use]
pub const fn default_of(db: &Db) -> Isolation {
    if matches!(db, Db::Postgres(_)) { Isolation::Schema } else { Isolation::Shared }
}

/// Reads what somebody chose for a tenant of this database.
///
/// # Errors
///
/// For what is no isolation, and for one that this database has not.
pub fn parse(db: &Db, text: &str) -> Result<Isolation, FieldError> {
    let wrong = |why| FieldError::new("isolation", "unknown", why);
    match Isolation::parse(text) {
        Some(Isolation::Schema) if !matches!(db, Db::Postgres(_)) => {
            Err(wrong("must be `shared`: only PostgreSQL has schemas, and this server runs on SQLite"))
        }
        Some(isolation) => Ok(isolation),
        None => Err(wrong("must be `shared` or `schema`")),
    }
}

/// Makes what a tenant of that isolation needs, after its row.
#[must_use]
pub fn make(id: TenantId, isolation: Isolation) -> Option<Statement> {
    (isolation == Isolation::Schema).then(|| Statement::required(MAKE, params![id]))
}

/// Brings the product data of a tenant to where another isolation has it, and says so in the tenant's row.
#[must_use]
pub fn change(id: TenantId, isolation: Isolation) -> Statement {
    Statement::required(MOVE, params![id, isolation.as_str()])
}

/// Removes what a tenant has of its own, if it has.
#[must_use]
pub fn drop(db: &Db, id: TenantId) -> Option<Statement> {
    matches!(db, Db::Postgres(_)).then(|| Statement::required(DROP, params![id]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_without_schemas_says_so_and_names_the_field() {
        let sqlite = parse(&Db::Sqlite, "schema").unwrap_err();
        assert!(sqlite.pointer == "/isolation" && sqlite.detail.contains("SQLite"), "{sqlite:?}");
        assert_eq!(parse(&Db::Sqlite, "shared"), Ok(Isolation::Shared));
        let postgres = Db::Postgres(String::new());
        assert_eq!(parse(&postgres, "schema"), Ok(Isolation::Schema));
        for text in ["", "Schema", "database", "none"] {
            assert!(parse(&postgres, text).is_err() && parse(&Db::Sqlite, text).is_err(), "{text}");
        }
    }
}
