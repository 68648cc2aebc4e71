//! Product data of a tenant that has a database of its own.
//!
//! A batch can't be one transaction in two databases. So what such a batch changes of product data is stored with the rest of
//! it, in this database, as an *intent*: sealed under the tenant's key, with an id. Then it is done in the tenant's database,
//! where that id is done once, and forgotten here. Killed in between, it is still here, and whoever comes next does it: before
//! anybody reads the tenant's product data, what waits is done first, in order, so that one always reads what one wrote.
//!
//! ## Not guaranteed
//!
//! - That what was stored is in the tenant's database when the call returns: while that can't be reached, it waits here, up to
//!   a number. Then batches are refused as unavailable. What reads is refused so at once.
//! - That a call is quick where that database doesn't answer at all: one waits until the server that it runs on gives up, and
//!   then the database is left alone for a minute. On Spin, which sets no time, a call ends with its request's.

mod batch;
mod home_again;
mod intents;

use std::time::{Duration, Instant};

use crate::cx::Cx;
use crate::data_key::DataKey;
use crate::id::TenantId;
use crate::params;
use crate::problem::Problem;
use crate::schema::Failure;
use crate::sql::own::{Own, Unfit};
use crate::sql::{self, Scope, Statement, Visit};

pub(crate) use batch::batch;

const GET: &str = include_str!("../sql/tenant_database_get.sql");
const SET_STEP: &str = include_str!("../sql/tenant_database_set_step.sql");
const SET_SILENT: &str = include_str!("../sql/tenant_database_set_silent.sql");

/// From which time on a server that a call could not reach is one that doesn't answer, and is left alone for a while: what is
/// refused at once may be tried at once, but one that says nothing would take the time of every call.
const SILENT_FROM: Duration = Duration::from_secs(2);
/// For how long. Then one call tries again.
const LEFT_ALONE_MS: i64 = 60_000;

const ADDRESS: &str = "database address";

/// A tenant's own database, opened.
pub struct Home {
    tenant_id: TenantId,
    key: DataKey,
    own: Own,
    identity: String,
    waiting: i64,
    /// It did not answer a while ago, and is left alone.
    is_silent: bool,
    /// What the tenant has is elsewhere again; what it had here is yet to be removed.
    is_left: bool,
}

/// How a tenant's own database is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Health {
    /// Whether it could be read.
    pub is_read: bool,
    /// How much waits for it.
    pub waiting: i64,
}

impl Cx {
    /// Seals the address of a tenant's own database under the tenant's key.
    ///
    /// # Errors
    ///
    /// As [`Cx::tenant_key`].
    pub async fn seal_address(&self, tenant_id: TenantId, address: &str) -> Result<String, Problem> {
        self.seal_under(&self.tenant_key(tenant_id).await?, ADDRESS, address)
    }

    /// How the statement would find its rows, table by table, if it were run for `scope`. It isn't.
    ///
    /// # Errors
    ///
    /// As [`Cx::batch`].
    pub async fn explain(&self, scope: Scope, statement: &Statement) -> Result<Vec<Visit>, Failure> {
        match (self.db().explain(scope, statement).await, scope) {
            (Err(sql::Error::Elsewhere), Scope::Tenant(tenant_id)) => {
                Ok(Home::open(self, tenant_id).await?.own.explain(statement)?)
            }
            (found, _) => Ok(found?),
        }
    }
}

impl Home {
    /// Opens the database of a tenant that has one, and brings it up to date if it isn't.
    ///
    /// # Errors
    ///
    /// When there is none, or it has to be brought up to date and can't be; and failures of this database.
    pub async fn open(cx: &Cx, tenant_id: TenantId) -> Result<Self, Failure> {
        let (home, is_behind) = Self::find(cx, tenant_id).await?.ok_or(sql::Error::Elsewhere)?;
        if is_behind {
            home.check_silence()?;
            home.noted(cx, home.update(cx)).await?;
        }
        Ok(home)
    }

    /// Which database a tenant has; none where it has none.
    ///
    /// # Errors
    ///
    /// Failures of this database.
    pub async fn identity(cx: &Cx, tenant_id: TenantId) -> Result<Option<String>, Failure> {
        let found = cx.query(Scope::Tenant(tenant_id), Statement::new(GET, params![tenant_id])).await?;
        Ok(found.first().map(|row| row.text("identity")).transpose()?)
    }

    /// Looks at the database of a tenant; none where it has none.
    ///
    /// # Errors
    ///
    /// Failures of this database.
    pub async fn look(cx: &Cx, tenant_id: TenantId) -> Result<Option<Health>, Failure> {
        match Self::find(cx, tenant_id).await {
            Ok(found) => {
                let found = found.filter(|(home, _)| !home.is_left);
                Ok(found
                    .map(|(home, _)| Health { is_read: home.own.read([]).is_ok(), waiting: home.waiting }))
            }
            Err(Failure::Unopened(_)) => Ok(Some(Health { is_read: false, waiting: 0 })),
            Err(failure) => Err(failure),
        }
    }

    /// Removes all that a tenant has in a database of its own, and says whether it could be. A tenant without one has nothing
    /// there.
    ///
    /// # Errors
    ///
    /// Failures of this database.
    pub async fn leave(cx: &Cx, tenant_id: TenantId) -> Result<bool, Failure> {
        let left = match Self::find(cx, tenant_id).await {
            Ok(None) => return Ok(true),
            Ok(Some((home, _))) => home.own.leave(&home.identity),
            // Its address can't be opened: with the key of another master key, or because it was changed.
            Err(Failure::Unopened(_)) => return Ok(false),
            Err(failure) => return Err(failure),
        };
        // Where there is another database now, what the tenant had may be elsewhere.
        Ok(left.is_ok())
    }

    /// Refuses to be used while it is left alone.
    fn check_silence(&self) -> Result<(), sql::Error> {
        if self.is_silent {
            return Err(sql::Error::Unreachable("a tenant's own database, which did not answer".to_owned()));
        }
        Ok(())
    }

    /// Does something there, and remembers if nobody answered.
    #[expect(
        clippy::disallowed_methods,
        reason = "what is measured is how long it takes, and not what time it is"
    )]
    async fn noted<T>(&self, cx: &Cx, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        let begun = Instant::now();
        let outcome = work.await;
        let is_away = matches!(outcome, Err(Failure::Database(sql::Error::Unreachable(_))));
        if is_away && begun.elapsed() >= SILENT_FROM {
            let until = cx.now().plus_ms(LEFT_ALONE_MS);
            let noted = Statement::new(SET_SILENT, params![until, self.tenant_id]);
            // Who called is told how it went there, whatever comes of the note.
            let _ = cx.query(Scope::Tenant(self.tenant_id), noted).await;
        }
        outcome
    }

    /// The database of a tenant, if it has one, and whether it lacks a step.
    async fn find(cx: &Cx, tenant_id: TenantId) -> Result<Option<(Self, bool)>, Failure> {
        let found = cx.query(Scope::Tenant(tenant_id), Statement::new(GET, params![tenant_id])).await?;
        let Some(row) = found.first() else { return Ok(None) };
        let key = cx.tenant_key(tenant_id).await?;
        let identity = row.text("identity")?;
        let own = Own::new(cx.open_under(&key, ADDRESS, &row.text("sealed")?)?, tenant_id);
        let own = own.known_as(identity.clone());
        let is_silent = row.time("silent_until_ms")? > cx.now();
        let waiting = row.integer("waiting")?;
        let is_behind = row.integer("step")? < i64::from(insula_migrations::newest_of_tenants());
        let is_left = row.optional_time("left_at_ms")?.is_some();
        Ok(Some((Self { tenant_id, key, own, identity, waiting, is_silent, is_left }, is_behind)))
    }

    /// Brings it up to date. An address may lead elsewhere than it did, where nothing shall be made.
    async fn update(&self, cx: &Cx) -> Result<(), Failure> {
        self.own.identity()?;
        let step = self.own.make().map_err(|unfit| match unfit {
            Unfit::Unreachable => sql::Error::Unreachable("a tenant's own database".to_owned()),
            Unfit::Platform | Unfit::Foreign | Unfit::Forbidden | Unfit::Failed => sql::Error::Statement(
                format!("a tenant's own database can't be brought up to date: {unfit:?}"),
            ),
        })?;
        let noted = Statement::new(SET_STEP, params![step, self.tenant_id]);
        cx.query(Scope::Tenant(self.tenant_id), noted).await.map(|_| ())
    }
}
