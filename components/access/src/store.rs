//! The decision and its effect in the database, or in the database and in Redis.

mod custom;
mod found;
mod postgres;
mod redis;
mod sqlite;

use insula_domain::admission::{Limited, Policy};
use insula_domain::bucket::{Bucket, Rate};
use insula_sql::config::Buckets;
use insula_sql::{Db, Error, Row};

use crate::service::{Decision, Question};

/// Decides about one call and counts it, if it is let in. None for a credential that nobody has.
///
/// # Errors
///
/// When the database fails, or the Redis that the buckets are in; nothing was counted then.
pub async fn decide(db: &Db, buckets: &Buckets, question: &Question) -> Result<Option<Decision>, Error> {
    if let Buckets::Redis(address) = buckets {
        return redis::decide(db, address, question).await;
    }
    match db {
        Db::Postgres(address) => postgres::decide(address, question).await,
        #[cfg(not(target_family = "wasm"))]
        Db::Memory(_) => sqlite::decide(db, question).await,
        Db::Sqlite => sqlite::decide(db, question).await,
    }
}

/// The limits of a row, the plan's first, if it applies. The state of a further limit is four numbers, separated by spaces: calls,
/// milliseconds of the window, and, once there is a bucket, its level and when it was that.
fn limits(row: &Row) -> Result<Vec<Limited>, Error> {
    let bucket = match (row.optional_integer("level")?, row.optional_integer("level_at_ms")?) {
        (Some(level), Some(level_at_ms)) => Some(Bucket { level, level_at_ms }),
        _ => None,
    };
    let plan = row.optional_integer("requests_per_minute")?.zip(row.optional_integer("burst")?);
    let plan = plan.map(|(calls, burst)| Rate::per_minute(calls, burst));
    let mut limits: Vec<_> =
        plan.into_iter().map(|rate| Limited { policy: Policy::Plan, rate, bucket }).collect();
    for (policy, column) in [(Policy::Endpoint, "endpoint_state"), (Policy::Key, "key_state")] {
        if let Some(text) = row.optional_text(column)? {
            limits.push(further(policy, &text).ok_or_else(|| Error::Decode(column.to_owned()))?);
        }
    }
    Ok(limits)
}

fn further(policy: Policy, text: &str) -> Option<Limited> {
    let numbers: Vec<i64> = text.split(' ').map(str::parse).collect::<Result<_, _>>().ok()?;
    let limited = |calls: &i64, window_ms: &i64, bucket| {
        let sound = (1..=Rate::MAX).contains(calls) && (1_000..=86_400_000).contains(window_ms);
        sound.then(|| Limited { policy, rate: Rate::evenly(*calls, *window_ms), bucket })
    };
    match numbers.as_slice() {
        [calls, window_ms] => limited(calls, window_ms, None),
        [calls, window_ms, level, at_ms] => {
            limited(calls, window_ms, Some(Bucket { level: *level, level_at_ms: *at_ms }))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_further_limit_is_read_with_and_without_a_bucket_and_nonsense_is_none() {
        let rate = Rate::evenly(5, 1_000);
        let bucket = Some(Bucket { level: 7, level_at_ms: 9 });
        assert_eq!(further(Policy::Key, "5 1000"), Some(Limited { policy: Policy::Key, rate, bucket: None }));
        assert_eq!(further(Policy::Key, "5 1000 7 9"), Some(Limited { policy: Policy::Key, rate, bucket }));
        for nonsense in ["", "5", "5 0", "0 1000", "5 1000 7", "a b", "5 1000 7 9 1", "9000000000 1000"] {
            assert_eq!(further(Policy::Key, nonsense), None, "{nonsense:?}");
        }
    }
}
