//! Databases of tenants' own: what waits for them is done when nobody calls, and what they lack is made.
//!
//! Many may do the same at once: each thing is done once, and who can't be reached is left, and tried again later.

use insula_domain::action::Action;
use insula_kit::audit::Event;
use insula_kit::own_database::Home;
use insula_kit::sql;
use insula_kit::time::Timestamp;
use insula_kit::{Cx, Problem};

use crate::store::database::{self as store, Left};

/// After which time a call leaves the rest to the next one. The clock is the machine's: it bounds work, and decides nothing.
pub const PATIENCE_MS: i64 = 10_000;

/// What came of the databases that something waited for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// All that waited was done.
    pub settled: usize,
    /// They are tried again later.
    pub postponed: usize,
}

/// Does what waits, of some tenants.
pub async fn settle(cx: &Cx) -> Result<Settled, Problem> {
    let mut outcome = Settled::default();
    let end = Timestamp::now().plus_ms(PATIENCE_MS);
    for id in store::due(cx.db(), cx.now()).await? {
        if Timestamp::now() >= end {
            break;
        }
        // Before it is tried: one that hangs until this call is ended must not be the first at the next one as well.
        store::postpone(cx.db(), id, cx.now()).await?;
        let settled = match Home::open(cx, id).await {
            Ok(home) => home.settle(cx).await,
            Err(failure) => Err(failure),
        };
        match settled {
            Ok(is_all) => {
                store::reached(cx.db(), id).await?;
                outcome.settled += usize::from(is_all);
            }
            Err(_) => outcome.postponed += 1,
        }
    }
    Ok(outcome)
}

/// How long an attempt to bring a tenant's data back may have the tenant: longer than any request may take.
const ATTEMPTS_END_AFTER_MS: i64 = 300_000;

/// How long a database is tried to be reached, to remove what is left there: a week. Then it is left to whoever has the database,
/// and the tenant's log says so.
const TRIED_FOR_MS: i64 = 7 * 86_400_000;

/// And how often at least: a week in which nobody tried, because nothing ran, says nothing.
const TRIED_TIMES: i64 = 5;

/// Whether that was all, once more than `failures` times.
pub fn is_given_up(since: Timestamp, failures: i64, now: Timestamp) -> bool {
    since.plus_ms(TRIED_FOR_MS) <= now && failures + 1 >= TRIED_TIMES
}

/// Ends attempts to bring data back that were not gone on with: until then their tenants' calls that write are refused.
pub async fn end_attempts(cx: &Cx) -> Result<(), Problem> {
    for (id, attempt) in store::stale(cx.db(), cx.now().plus_ms(-ATTEMPTS_END_AFTER_MS)).await? {
        Home::end_attempt(cx, id, &attempt).await?;
    }
    Ok(())
}

/// Removes what was left in databases whose tenants' data is here again.
pub async fn clear(cx: &Cx) -> Result<(), Problem> {
    let end = Timestamp::now().plus_ms(PATIENCE_MS);
    for Left { id, identity, at, failures } in store::left(cx.db(), cx.now()).await? {
        if Timestamp::now() >= end {
            break;
        }
        store::postpone(cx.db(), id, cx.now()).await?;
        // One that fails is in nobody's way.
        let is_cleared = Home::clear(cx, id).await.unwrap_or(false);
        if !is_cleared && is_given_up(at, failures, cx.now()) {
            let entry = Event::new(Action::TenantDatabaseLeft).in_tenant(id).by_system();
            match store::forget(cx.db(), id, &identity, cx.audit(entry).await?).await {
                // Somebody else did, or the tenant has been given another one.
                Ok(()) | Err(sql::Error::Refused(_) | sql::Error::Busy) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(())
}

/// Brings databases up to date. Returns how many were, and how many are not yet.
pub async fn migrate(cx: &Cx) -> Result<(i64, i64), Problem> {
    let (mut migrated, mut after) = (0, String::new());
    let end = Timestamp::now().plus_ms(PATIENCE_MS);
    while Timestamp::now() < end {
        let behind = store::behind(cx.db(), &after).await?;
        let Some(last) = behind.last() else { break };
        after = last.to_string();
        for id in behind {
            if Timestamp::now() >= end {
                break;
            }
            // Opening brings it up to date; who can't be reached is left, and counted below.
            migrated += i64::from(Home::open(cx, id).await.is_ok());
        }
    }
    Ok((migrated, store::count_behind(cx.db()).await?))
}
