//! The end of tenants: what those had that are on their way out is removed, part by part.

use insula_domain::action::Action;
use insula_kit::audit::Event;
use insula_kit::own_database::Home;
use insula_kit::sql;
use insula_kit::time::Timestamp;
use insula_kit::{Cx, Problem};

use crate::database::{PATIENCE_MS, is_given_up};
use crate::store::ending::Ending;
use crate::store::{database, ending};

/// The most parts of one call: each removes up to 1,000 rows of each table. The rest is due at the next call.
const PARTS: usize = 20;

/// How long after a tenant was sent on its way out a call may still write that was let in before: longer than any request
/// may take.
const CALLS_END_AFTER_MS: i64 = 300_000;

/// Removes what is due. Returns how many rows that were.
///
/// Many may do it at once. Each part is one batch, and so is the last one, which ends the tenant with an entry in its log:
/// who is stopped is gone on for.
pub async fn run(cx: &Cx) -> Result<usize, Problem> {
    let mut removed = 0;
    let end = Timestamp::now().plus_ms(PATIENCE_MS);
    for _ in 0..PARTS {
        if Timestamp::now() >= end {
            break;
        }
        let now = cx.now();
        let found = ending::find(cx.db(), now.plus_ms(-CALLS_END_AFTER_MS), now).await?;
        let Some(Ending { id, since, failures }) = found else { break };
        if let Some(failures) = failures {
            // Before it is tried: one that hangs until this call is ended must not be the first at the next one as well.
            database::postpone(cx.db(), id, now).await?;
            if Home::leave(cx, id).await? {
                database::reached(cx.db(), id).await?;
            } else if !is_given_up(since, failures, now) {
                continue;
            } else {
                let entry = Event::new(Action::TenantDatabaseLeft).in_tenant(id).by_system();
                match ending::give_up_database(cx.db(), id, cx.audit(entry).await?).await {
                    // Somebody else did, or is at the same tenant.
                    Ok(()) | Err(sql::Error::Refused(_)) => {}
                    Err(sql::Error::Busy) => break,
                    Err(error) => return Err(error.into()),
                }
            }
        }
        let entry = Event::new(Action::TenantDeleted).in_tenant(id).by_system();
        let outcome = match ending::remove(cx.db(), id).await {
            Ok(0) => ending::end(cx.db(), id, now, cx.audit(entry).await?).await,
            outcome => outcome,
        };
        match outcome {
            Ok(part) => removed += part,
            // Somebody else is at the same tenant.
            Err(sql::Error::Busy | sql::Error::Refused(_)) => break,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(removed)
}
