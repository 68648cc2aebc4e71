//! Product data comes back from a database of a tenant's own.
//!
//! Whoever brings it takes the tenant over with an *attempt* of a name of its own. From then on nothing more is noted for the
//! tenant's database, and once what waited is done, nothing changes there: it can be read, part by part, and each part is kept
//! here. The transaction that puts the parts in their place and says that the tenant's data is here again asks for the
//! attempt's name: an attempt that was ended, or followed by another, moves nothing. Until that transaction the tenant has
//! its data there, whatever happens to whoever brings it.
//!
//! What is there is removed afterwards, now or by the tick, and only from the database that it was brought from: one that was
//! made anew for the same tenant has another identity.

use insula_domain::credential::hexadecimal;

use super::Home;
use crate::cx::Cx;
use crate::id::TenantId;
use crate::params;
use crate::schema::Failure;
use crate::sql::{self, Scope, Statement};

const ATTEMPT: &str = include_str!("../../sql/tenant_database_attempt.sql");
const END_ATTEMPT: &str = include_str!("../../sql/tenant_database_end_attempt.sql");
const FORGET: &str = include_str!("../../sql/tenant_database_forget.sql");
const KEEP: &str = include_str!("../../sql/product_arrival_insert.sql");
const DELETE_KEPT: &str = include_str!("../../sql/product_arrival_delete.sql");

/// In the tenant's own database: a part of a table.
const GIVE: &str = "select moved_rows, last from insula.give($1, $2)";

/// No part is larger: it is about a megabyte, or one row.
const PART_BYTES: usize = 16 << 20;

impl Home {
    /// Copies what a tenant has in a database of its own. Returns the name of the attempt that has the tenant then: with it, a
    /// batch can say that the data is here again.
    ///
    /// # Errors
    ///
    /// When the tenant has no such database, or it can't be reached, or another attempt takes the tenant over. The attempt has
    /// ended then.
    pub async fn gather(cx: &Cx, tenant_id: TenantId) -> Result<String, Failure> {
        let attempt = hexadecimal(&cx.random::<16>()?);
        let begin = Statement::required(ATTEMPT, params![tenant_id, &attempt, cx.now()]);
        cx.query(Scope::Tenant(tenant_id), begin).await.map_err(overtaken)?;
        match Self::gather_all(cx, tenant_id, &attempt).await {
            Ok(()) => Ok(attempt),
            Err(failure) => {
                // What failed is what the caller is told; an attempt that stays is ended by the tick.
                let _ = Self::end_attempt(cx, tenant_id, &attempt).await;
                Err(failure)
            }
        }
    }

    async fn gather_all(cx: &Cx, tenant_id: TenantId, attempt: &str) -> Result<(), Failure> {
        let (home, _) = Self::find(cx, tenant_id).await?.ok_or(sql::Error::Busy)?;
        home.check_silence()?;
        // In any case: an older release may have made it, without what gives.
        home.noted(cx, home.update(cx)).await.map_err(theirs)?;
        while !home.settle(cx).await.map_err(theirs)? {}
        let mut place = 0;
        for table in insula_migrations::TENANT_TABLES {
            let mut after = String::new();
            while let Some((rows, last)) = home.part(table, &after).map_err(|error| theirs(error.into()))? {
                after = last;
                place += 1;
                let keep = Statement::required(KEEP, params![place, table, rows, tenant_id, attempt]);
                cx.query(Scope::Tenant(tenant_id), keep).await.map_err(unkept)?;
            }
        }
        Ok(())
    }

    /// The rows of a table after one, and the id of the last of them.
    fn part(&self, table: &str, after: &str) -> Result<Option<(String, String)>, sql::Error> {
        let found = self.own.read(&[Statement::new(GIVE, params![table, after])])?;
        let Some(row) = found.first().and_then(|rows| rows.first()) else { return Ok(None) };
        let (rows, last) = (row.text("moved_rows")?, row.text("last")?);
        if rows.len() > PART_BYTES || last == after {
            let why = "a tenant's own database, which gives too much at once";
            return Err(sql::Error::Unreachable(why.to_owned()));
        }
        Ok(Some((rows, last)))
    }

    /// Ends an attempt: the tenant's data stays in its own database, and is written there again.
    ///
    /// # Errors
    ///
    /// Failures of this database.
    pub async fn end_attempt(cx: &Cx, tenant_id: TenantId, attempt: &str) -> Result<(), Failure> {
        let end = Statement::new(END_ATTEMPT, params![tenant_id, attempt]);
        let forget = Statement::new(DELETE_KEPT, params![tenant_id]);
        cx.batch(Scope::Tenant(tenant_id), vec![end, forget]).await.map(|_| ())
    }

    /// Removes what a tenant has left in a database of its own, and forgets that database. False if it couldn't be: then it is
    /// tried again by the tick. A tenant that has left nothing behind is done.
    ///
    /// # Errors
    ///
    /// Failures of this database.
    pub async fn clear(cx: &Cx, tenant_id: TenantId) -> Result<bool, Failure> {
        let home = match Self::find(cx, tenant_id).await {
            Ok(Some((home, _))) if home.is_left => home,
            Ok(_) => return Ok(true),
            Err(Failure::Unopened(_)) => return Ok(false),
            Err(failure) => return Err(failure),
        };
        // Of what was found, and of nothing that was set since.
        if home.own.leave(&home.identity).is_err() {
            return Ok(false);
        }
        // No row, if somebody else has done it: it is done.
        cx.query(Scope::Tenant(tenant_id), Statement::new(FORGET, params![tenant_id, home.identity])).await?;
        Ok(true)
    }

    /// Forgets the database of that identity, which was left, with what may be in it.
    #[must_use]
    pub fn forget(tenant_id: TenantId, identity: &str) -> Statement {
        Statement::required(FORGET, params![tenant_id, identity])
    }
}

/// Another attempt has the tenant, or its data is here already: whoever calls looks again.
fn overtaken(failure: Failure) -> Failure {
    if matches!(failure, Failure::Database(sql::Error::Refused(_))) {
        sql::Error::Busy.into()
    } else {
        failure
    }
}

/// The tenant's data is kept by another attempt; or what was given is no text of this database.
fn unkept(failure: Failure) -> Failure {
    if let Failure::Database(sql::Error::Statement(code)) = &failure
        && code.starts_with("SQLSTATE 22")
    {
        return theirs(failure);
    }
    overtaken(failure)
}

/// It is the tenant's database in which something is wrong, and it may be put right there.
fn theirs(failure: Failure) -> Failure {
    if let Failure::Database(error @ (sql::Error::Statement(_) | sql::Error::Decode(_))) = &failure {
        return sql::Error::Unreachable(format!("a tenant's own database, which gives nothing: {error}"))
            .into();
    }
    failure
}
