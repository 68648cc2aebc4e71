//! The rate limits of a call, and taking a token from each of their buckets.

use super::Denial;
use crate::bucket::{Bucket, Rate};

/// Who sets a rate limit. The tightest decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// The plan, for a person, or for all programs of a tenant together.
    Plan,
    /// The plan, for the same callers on one operation.
    Endpoint,
    /// The key, for itself.
    Key,
}

impl Policy {
    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Plan => "rate",
            Self::Endpoint => "endpoint",
            Self::Key => "key",
        }
    }
}

/// A rate limit and what is left of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limited {
    /// Who set it.
    pub policy: Policy,
    /// How fast calls may come.
    pub rate: Rate,
    /// The bucket as stored; none before the first call.
    pub bucket: Option<Bucket>,
}

impl Limited {
    /// The bucket at `now_ms`; a full one before the first call.
    #[must_use]
    pub fn refilled(self, now_ms: i64) -> Bucket {
        self.bucket.unwrap_or_else(|| Bucket::full(self.rate, now_ms)).refilled(self.rate, now_ms)
    }
}

/// Takes a token from each bucket, or from none.
///
/// # Errors
///
/// [`Denial::RateLimited`] when one has none.
pub fn take(limits: &[Limited], now_ms: i64) -> Result<Vec<Limited>, Denial> {
    let mut taken = Vec::with_capacity(limits.len());
    let mut longest: Option<(i64, Policy)> = None;
    for limit in limits {
        match limit.refilled(now_ms).take(limit.rate) {
            Ok(bucket) => taken.push(Limited { bucket: Some(bucket), ..*limit }),
            Err(wait_ms) if longest.is_none_or(|(other_ms, _)| wait_ms > other_ms) => {
                longest = Some((wait_ms, limit.policy));
            }
            Err(_) => {}
        }
    }
    longest.map_or(Ok(taken), |(wait_ms, policy)| Err(Denial::RateLimited { policy, wait_ms }))
}
