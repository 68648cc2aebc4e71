//! Where a tenant's product data is, and how it comes there: the statements that belong into the batch that says so.
//!
//! On PostgreSQL a tenant has a schema of its own unless it was made otherwise, and may have a database of its own that the
//! operator names; on SQLite there are shared tables only.
//! The functions that the statements call are a migration's. They run as the owner of the database, each does one narrow
//! thing for the tenant that it is given, and all that they do is undone with their batch.

pub mod address;
pub mod servers;

use insula_domain::isolation::Isolation;
use insula_kit::id::TenantId;
use insula_kit::params;
use insula_kit::sql::{Db, Statement};
use insula_kit::time::Timestamp;
use insula_kit::validate::FieldError;

const MAKE: &str = include_str!("../sql/schema_make.sql");
const DROP: &str = include_str!("../sql/schema_drop.sql");
const HOLD: &str = include_str!("../sql/product_hold.sql");
const MOVE: &str = include_str!("../sql/product_move.sql");
const MOVE_OUT: &str = include_str!("../sql/product_move_out.sql");
const MOVE_IN: &str = include_str!("../sql/product_move_in.sql");
const SET_DATABASE: &str = include_str!("../sql/tenant_database_set.sql");

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
        Some(Isolation::Schema | Isolation::Database) if !matches!(db, Db::Postgres(_)) => Err(wrong(
            "must be `shared`: only PostgreSQL has schemas and databases, and this server runs on SQLite",
        )),
        Some(isolation) => Ok(isolation),
        None => Err(wrong("must be `shared`, `schema` or `database`")),
    }
}

/// As [`parse`], for a tenant that is yet to be made.
///
/// # Errors
///
/// As [`parse`], and for a database: it is the operator who gives one, to a tenant that is there.
pub fn parse_new(db: &Db, text: &str) -> Result<Isolation, FieldError> {
    match parse(db, text)? {
        Isolation::Database => Err(FieldError::new(
            "isolation",
            "unknown",
            "must be `shared` or `schema`: a database of its own is what the operator gives a tenant that is there",
        )),
        isolation @ (Isolation::Shared | Isolation::Schema) => Ok(isolation),
    }
}

/// Makes what a tenant of that isolation needs, after its row.
#[must_use]
pub fn make(id: TenantId, isolation: Isolation) -> Option<Statement> {
    (isolation == Isolation::Schema).then(|| Statement::required(MAKE, params![id]))
}

/// Keeps everybody else from the product data of a tenant until the batch ends. Before the batch changes the tenant's row: who is
/// at the data may want that row, and each would wait for the other.
#[must_use]
pub fn hold(id: TenantId) -> Statement {
    Statement::required(HOLD, params![id])
}

/// Brings the product data of a tenant to where another isolation has it, and says so in the tenant's row. Of a database of its
/// own, the address is to be [set](set_database) before; what there is then waits to be taken there.
#[must_use]
pub fn change(id: TenantId, isolation: Isolation, at: Timestamp) -> Statement {
    match isolation {
        Isolation::Database => Statement::required(MOVE_OUT, params![id, at]),
        Isolation::Shared | Isolation::Schema => Statement::required(MOVE, params![id, isolation.as_str()]),
    }
}

/// Puts what an attempt has brought from the tenant's own database where another isolation has it, and says so in the tenant's
/// row. Refused if the attempt doesn't have the tenant any more.
#[must_use]
pub fn bring_home(id: TenantId, isolation: Isolation, attempt: &str, at: Timestamp) -> Statement {
    Statement::required(MOVE_IN, params![id, isolation.as_str(), attempt, at])
}

/// Says where the tenant's own database is: its address, sealed, which one it is, and the newest tenant's step that was done
/// there. One that has another's place is refused: what the tenant has would be where nobody looks.
#[must_use]
pub fn set_database(id: TenantId, sealed: &str, identity: &str, step: i64, at: Timestamp) -> Statement {
    Statement::required(SET_DATABASE, params![id, sealed, identity, step, at])
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
        assert_eq!(parse(&postgres, "database"), Ok(Isolation::Database));
        assert!(parse(&Db::Sqlite, "database").is_err() && parse_new(&postgres, "database").is_err());
        for text in ["", "Schema", "none"] {
            assert!(parse(&postgres, text).is_err() && parse(&Db::Sqlite, text).is_err(), "{text}");
        }
    }
}
