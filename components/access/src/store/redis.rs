//! With the buckets in a Redis a call is up to three steps, each of which is one round trip:
//!
//! 1. The database says who is calling and what applies, and that decides all but the rate limits. It locks nothing.
//! 2. The Redis takes a token from every bucket or from none, in one run of a script. A call that is already known to
//!    be beyond its quota only looks: who is told of the quota is who isn't too fast, and it takes nothing.
//! 3. The database counts the call, if it counts, and notes the key's use, if that is due. Most programs' calls that
//!    aren't metered end with the second step.
//!
//! Two places can't change at once, so this is what is left between them:
//!
//! - Others may use the quota up between the first and the third step. Then the tokens are given back, and meanwhile
//!   somebody may have been told to wait for them. Nobody ever gets more than the limit.
//! - A server that ends between the second and the third step, or whose database fails there, has taken tokens for a
//!   call that nobody answered. They are given back if they can be, and come back with time if not.
//! - A Redis that loses what it had, or is emptied, has full buckets. Quotas aren't in it.
//! - A Redis that doesn't answer lets nobody in: 503, as a database that doesn't.

mod buckets;

use insula_domain::admission::{self, Denial, Limited, Policy};
use insula_domain::metric::Reset;
use insula_sql::{Db, Error};

use super::found::{Found, find};
use super::{custom, postgres, sqlite};
use crate::service::{Decision, Question};
use buckets::{Buckets, Move};

pub async fn decide(db: &Db, address: &str, question: &Question) -> Result<Option<Decision>, Error> {
    let Some(mut found) = find(db, question).await? else { return Ok(None) };
    applying(db, question, &mut found).await?;
    // No bucket is known yet, so each is taken for a full one, and no rate refuses.
    let beyond_quota = match admission::decide(&found.decision.facts, question.rule, question.now_ms) {
        Err(Denial::Unauthenticated) => return Ok(None),
        Err(denial @ Denial::QuotaExceeded { .. }) => Some(denial),
        Err(denial) => return Ok(Some(found.refused(denial))),
        Ok(_) => None,
    };
    let buckets = Buckets::open(address, &found, question).await?;
    if let Some(denial) = beyond_quota {
        found.decision.facts.limits = buckets.run(Move::Look).await?.limits;
        let too_fast = admission::take(&found.decision.facts.limits, question.now_ms).err();
        return Ok(Some(found.refused(too_fast.unwrap_or(denial))));
    }
    let taken = buckets.run(Move::Take).await?;
    found.decision.facts.limits = taken.limits;
    if !taken.done {
        let too_fast = admission::take(&found.decision.facts.limits, question.now_ms).err();
        let denial = too_fast.unwrap_or(Denial::RateLimited { policy: Policy::Plan, wait_ms: 1 });
        return Ok(Some(found.refused(denial)));
    }
    match count(db, question, &found).await {
        Ok(Some(calls)) => {
            let facts = &mut found.decision.facts;
            facts.calls = calls.unwrap_or(facts.calls);
            Ok(Some(found.decision))
        }
        Ok(None) => {
            let facts = &mut found.decision.facts;
            facts.limits = buckets.run(Move::GiveBack).await?.limits;
            facts.calls = facts.calls_quota.unwrap_or(facts.calls);
            let end_ms = Reset::Daily.period(question.now_ms).end_ms.unwrap_or(question.now_ms);
            Ok(Some(found.refused(Denial::QuotaExceeded { wait_ms: end_ms - question.now_ms })))
        }
        Err(error) => {
            // The call is refused whatever comes of this.
            let _ = buckets.run(Move::GiveBack).await;
            Err(error)
        }
    }
}

/// What applies to the call; buckets that the database may have are of another time.
async fn applying(db: &Db, question: &Question, found: &mut Found) -> Result<(), Error> {
    let customs = custom::limits(db, question, found).await?;
    let limits = &mut found.decision.facts.limits;
    match customs {
        Some(customs) => {
            *limits =
                customs.into_iter().map(|(policy, rate)| Limited { policy, rate, bucket: None }).collect();
        }
        None => limits.iter_mut().for_each(|limited| limited.bucket = None),
    }
    Ok(())
}

/// Counts the call, if there is something to count: the calls of its day, if it is metered. None when there is no quota
/// left.
async fn count(db: &Db, question: &Question, found: &Found) -> Result<Option<Option<i64>>, Error> {
    if found.counts_for(question).is_none() && found.used_key_id.is_none() {
        return Ok(Some(None));
    }
    match db {
        Db::Postgres(address) => postgres::count(address, question, found).await,
        #[cfg(not(target_family = "wasm"))]
        Db::Memory(_) => sqlite::count(db, question, found).await,
        Db::Sqlite => sqlite::count(db, question, found).await,
    }
}
