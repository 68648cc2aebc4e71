//! A database of a tenant's own: made ready before the tenant's data is said to be there.
//!
//! What happens in that database happens before anything is stored here, and can happen again: whoever is stopped in between
//! leaves the tenant as it was, and the same request does the rest. The database then says whose it is, and no other tenant
//! gets it.

use insula_domain::isolation::Isolation;
use insula_isolation::address::Address;
use insula_kit::own_database::Home;
use insula_kit::sql::own::{Own, Unfit};
use insula_kit::validate::FieldError;
use insula_kit::{Cx, Problem};

use crate::store::Database;
use crate::tenant::{Change, Tenant};

/// Sees that the change and the address belong together.
pub fn check(present: &Tenant, change: &Change) -> Result<(), Problem> {
    let wrong = |pointer, code, why| Err(Problem::from(FieldError::new(pointer, code, why)));
    match (present.isolation, change.isolation.unwrap_or(present.isolation), &change.database) {
        (Isolation::Database, Isolation::Shared | Isolation::Schema, _) => wrong(
            "isolation",
            "unknown",
            "must remain `database`: there is no way back from a database of its own yet",
        ),
        (Isolation::Shared | Isolation::Schema, Isolation::Database, None) => {
            wrong("database_url", "required", "must say where the tenant's own database is")
        }
        (_, Isolation::Shared | Isolation::Schema, Some(_)) => {
            wrong("database_url", "unknown", "goes with the isolation `database` only")
        }
        _ => Ok(()),
    }
}

/// Makes the database ready for the tenant. One that shall hold what another address led to must be the same.
pub async fn prepare(cx: &Cx, present: &Tenant, address: &Address) -> Result<Database, Problem> {
    let own = Own::new(address.expose().to_owned(), present.id);
    if present.isolation == Isolation::Database && own.read([]).is_err() {
        return Err(unfit("other", "must lead to the tenant's own database, which can be reached there"));
    }
    let step = own.make().map_err(|reason| match reason {
        Unfit::Unreachable => unfit(
            "unreachable",
            "can't be reached: neither may it be, nor does it let this server in, or it is down",
        ),
        Unfit::Platform => unfit("taken", "leads to the database of the platform itself"),
        Unfit::Foreign => unfit(
            "taken",
            "leads to a database that is another tenant's, or has a schema `insula` from elsewhere",
        ),
        Unfit::Forbidden => unfit("forbidden", "names somebody who may not make a schema there"),
        Unfit::Failed => unfit("unfit", "leads to a database in which the tenant's tables can't be made"),
    })?;
    Ok(Database { sealed: cx.seal_address(present.id, address.expose()).await?, step })
}

/// Takes what there is to where it is said to be. It is stored in any case: what can't be done now is done by whoever comes
/// next.
pub async fn settle(cx: &Cx, tenant: &Tenant) {
    if let Ok(home) = Home::open(cx, tenant.id).await {
        let _ = home.settle(cx).await;
    }
}

fn unfit(code: &'static str, why: &'static str) -> Problem {
    FieldError::new("database_url", code, why).into()
}
