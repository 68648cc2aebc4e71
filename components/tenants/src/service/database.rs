//! A database of a tenant's own: made ready before the tenant's data is said to be there.
//!
//! What happens in that database happens before anything is stored here, and can happen again: whoever is stopped in between
//! leaves the tenant as it was, and the same request does the rest. The database then says whose it is, and no other tenant
//! gets it.

use insula_domain::isolation::Isolation;
use insula_isolation::address::Address;
use insula_isolation::servers::Servers;
use insula_kit::config::variable;
use insula_kit::guard::Caller;
use insula_kit::id::TenantId;
use insula_kit::own_database::Home;
use insula_kit::problem::{FORBIDDEN, INTERNAL};
use insula_kit::sql;
use insula_kit::sql::own::{Own, Unfit};
use insula_kit::validate::FieldError;
use insula_kit::{Cx, Problem};

use crate::store::Database;
use crate::tenant::{Change, Tenant};

/// What the database says of rows that it can't take: that they aren't what they should be, or are another tenant's, or are
/// there already.
const UNTAKEN: &str = "SQLSTATE IN013";

/// Sees that the change, the address and the region belong together, and that it is the operator who brings data back.
pub fn check(caller: Caller, present: &Tenant, change: &Change) -> Result<(), Problem> {
    let next = change.isolation.unwrap_or(present.isolation);
    if caller != Caller::Operator && present.isolation == Isolation::Database && next != Isolation::Database {
        return Err(Problem::new(&FORBIDDEN).detail("Only the operator brings a tenant's data back."));
    }
    if next != Isolation::Database && change.database.is_some() {
        return Err(unfit("unknown", "goes with the isolation `database` only"));
    }
    // The region says where the data are.
    let stays = present.isolation == Isolation::Database && next == Isolation::Database;
    if stays
        && change.database.is_none()
        && change.region.clone().apply(present.region.clone()) != present.region
    {
        let why = "can't be another while the tenant has a database of its own, unless `database_url` says where that is now";
        return Err(FieldError::new("region", "other", why).into());
    }
    Ok(())
}

/// Where the database of the tenant shall be, if that is another place than before: where the operator says, or else on the
/// server of the tenant's region, where it is made.
pub async fn place(present: &Tenant, next: &Tenant, change: &Change) -> Result<Option<Address>, Problem> {
    let moves = present.isolation != Isolation::Database && next.isolation == Isolation::Database;
    if change.database.is_some() || !moves {
        return Ok(change.database.clone());
    }
    let servers = variable("tenant_database_servers").await.unwrap_or_default();
    let servers = Servers::parse(&servers).map_err(|error| Problem::new(&INTERNAL).caused_by(error))?;
    let Some(server) = next.region.as_ref().and_then(|region| servers.of(region.as_str())) else {
        return Err(unfit(
            "required",
            "must say where the tenant's own database is: its region has no server for it",
        ));
    };
    let name = name_of(next.id);
    Own::create(server.expose(), &name).map_err(told)?;
    Ok(Some(server.with_database(&name)?))
}

/// What a tenant's database is called on the server of its region: as its schema would be.
fn name_of(id: TenantId) -> String {
    id.to_string().replacen("ten_", "t_", 1)
}

/// Makes the database ready for the tenant. One that shall hold what another address led to must be the same.
pub async fn prepare(cx: &Cx, present: &Tenant, address: &Address) -> Result<Database, Problem> {
    let own = Own::new(address.expose().to_owned(), present.id);
    if present.isolation == Isolation::Database {
        let known = Home::identity(cx, present.id).await?;
        if known.is_none() || own.identity().ok() != known {
            return Err(unfit("other", "must lead to the tenant's own database, which can be reached there"));
        }
    } else if !Home::clear(cx, present.id).await? {
        return Err(unfit(
            "left",
            "can't be set yet: the database that the tenant had before can't be reached, to remove what is left there",
        ));
    }
    let step = own.make().map_err(told)?;
    let identity = own.identity()?;
    if present.isolation != Isolation::Database && own.is_used()? {
        // Perhaps by another call, which was faster.
        if Home::identity(cx, present.id).await? == Some(identity) {
            return Err(sql::Error::Busy.into());
        }
        return Err(unfit(
            "used",
            "leads to a database in which the tenant had its data before: what is left in its schema `insula` has to go first",
        ));
    }
    Ok(Database { sealed: cx.seal_address(present.id, address.expose()).await?, identity, step })
}

fn told(reason: Unfit) -> Problem {
    match reason {
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
    }
}

/// Copies what is in the tenant's own database, if the change brings it back, under the name of an attempt.
pub async fn gather(cx: &Cx, present: &Tenant, next: &Tenant) -> Result<Option<String>, Problem> {
    if present.isolation != Isolation::Database || next.isolation == Isolation::Database {
        return Ok(None);
    }
    Ok(Some(Home::gather(cx, present.id).await?))
}

/// What has become of an attempt whose batch failed: it has ended. What the batch said of what was brought is told.
pub async fn give_up(cx: &Cx, id: TenantId, attempt: &str, error: &sql::Error) -> Option<Problem> {
    // An attempt that stays is ended by the tick.
    let _ = Home::end_attempt(cx, id, attempt).await;
    let is_untaken = matches!(error, sql::Error::Statement(code) if code == UNTAKEN);
    is_untaken.then(|| {
        let why = "must remain `database`: what is in the tenant's own database can't be taken here";
        FieldError::new("isolation", "unfit", why).into()
    })
}

/// Removes what the tenant has left in its own database. What can't be now is by the tick.
pub async fn clear(cx: &Cx, id: TenantId) {
    let _ = Home::clear(cx, id).await;
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
