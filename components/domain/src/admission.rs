//! The rule of the guard, in plain values: who is let in, and what that costs.
//!
//! This is the statement of the rule. The SQLite adapter of `access` calls it; PostgreSQL decides the same inside
//! one function of a migration; a test runs random calls through this rule and both databases and compares.
//!
//! The order matters, because the first reason to refuse is the one that the caller is told:
//!
//! 1. the credential is known and valid now, else [`Denial::Unauthenticated`];
//! 2. the caller belongs to the tenant that it asks for, or needs none, else [`Denial::Hidden`]. Who asks for none is
//!    asking for that of its token, unless it was removed there: then it acts in none, and its account stays its own;
//! 3. the tenant is active, or the call needs none, else [`Denial::Suspended`];
//! 4. this kind of caller may call, and role and scopes allow the action, else [`Denial::Forbidden`];
//! 5. there is a token in the bucket of every rate limit that applies (the plan's; the endpoint's and the key's, where
//!    there are such), else [`Denial::RateLimited`] by the one that takes longest to have one;
//! 6. a metered call is within the quota, else [`Denial::QuotaExceeded`]; the tokens stay in their buckets.
//!
//! Only a call that passes all of them takes a token from each bucket and is counted.

use crate::bucket::{Bucket, Rate};
use crate::metric::Reset;
use crate::permission::Permission;
use crate::role::Role;
use crate::scope::Scope;

/// What a route asks of its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demand {
    /// Whether this kind of caller (person, program) may call at all.
    pub caller_allowed: bool,
    /// What the caller must be allowed to do in the tenant; none where being a member is enough.
    pub permission: Option<Permission>,
    /// Whether the call makes no sense without a tenant. If it does, it is about the person, whatever tenant it acts in
    /// and whatever state that is in: who is suspended can still log out.
    pub tenant_required: bool,
    /// Whether the call counts against the quota of calls.
    pub metered: bool,
}

/// What the caller is in the tenant that the call is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The call is about no tenant: a person that acts in none, or was removed from the one that its token names.
    NoTenant,
    /// The caller is no member of the tenant, or there is no such tenant.
    Stranger,
    /// A member, or a key made by one.
    Member {
        /// The role of the member.
        role: Role,
        /// Whether the tenant's state lets calls in.
        active: bool,
    },
}

/// What is known about a caller whose credential was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The credential neither expired nor was revoked; a key's creator is still a member, and the call comes from where
    /// the key may be used. Who stole a key that is bound to a network isn't told that it is one.
    pub valid: bool,
    /// What the caller is in the tenant.
    pub standing: Standing,
    /// The scopes of an API key; none for a person.
    pub scopes: Option<Vec<Scope>>,
    /// How fast calls may come: by the plan, which comes first, by the endpoint and by the key.
    pub limits: Vec<Limited>,
    /// Calls counted in the present day.
    pub calls: i64,
    /// The most calls in a day; none is unlimited.
    pub calls_quota: Option<i64>,
}

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

/// Why a call is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denial {
    /// No credential, or one that proves nothing (any more).
    Unauthenticated,
    /// The caller may not know whether the tenant exists.
    Hidden,
    /// The tenant is known to the caller and not active.
    Suspended,
    /// A member that may not do this.
    Forbidden,
    /// Too fast.
    RateLimited {
        /// Whose limit it is that takes longest.
        policy: Policy,
        /// Milliseconds until every bucket has a token, at least 1.
        wait_ms: i64,
    },
    /// The plan's calls of the day are used up.
    QuotaExceeded {
        /// Milliseconds until the counter starts again.
        wait_ms: i64,
    },
}

/// What a call that is let in leaves behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admission {
    /// The limits, each bucket with one token fewer.
    pub limits: Vec<Limited>,
    /// Calls counted in the present day, this one included if it is metered.
    pub calls: i64,
}

/// Applies the rule at `now_ms` (milliseconds since 1970, UTC).
///
/// # Errors
///
/// The first reason to refuse, in the order of the module's list.
pub fn decide(facts: &Facts, demand: Demand, now_ms: i64) -> Result<Admission, Denial> {
    if !facts.valid {
        return Err(Denial::Unauthenticated);
    }
    let allowed = match facts.standing {
        Standing::Stranger => return Err(Denial::Hidden),
        Standing::NoTenant if demand.tenant_required => return Err(Denial::Hidden),
        Standing::NoTenant => demand.permission.is_none(),
        Standing::Member { active: false, .. } if demand.tenant_required => return Err(Denial::Suspended),
        Standing::Member { role, .. } => permitted(role, facts.scopes.as_deref(), demand.permission),
    };
    if !(allowed && demand.caller_allowed) {
        return Err(Denial::Forbidden);
    }
    let limits = take(&facts.limits, now_ms)?;
    if !demand.metered || facts.standing == Standing::NoTenant {
        return Ok(Admission { limits, calls: facts.calls });
    }
    if facts.calls_quota.is_some_and(|quota| facts.calls >= quota) {
        let end_ms = Reset::Daily.period(now_ms).end_ms.unwrap_or(now_ms);
        return Err(Denial::QuotaExceeded { wait_ms: end_ms - now_ms });
    }
    Ok(Admission { limits, calls: facts.calls + 1 })
}

/// Whether role and scopes allow it. A key without any scope that allows it is refused even what its role may do.
#[must_use]
pub fn permitted(role: Role, scopes: Option<&[Scope]>, permission: Option<Permission>) -> bool {
    permission.is_none_or(|permission| {
        role.allows(permission)
            && scopes
                .is_none_or(|scopes| scopes.iter().any(|scope| scope.permissions().contains(&permission)))
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = 1_893_499_200_000; // 2030-01-01T12:00:00Z
    const EMPTY: Bucket = Bucket { level: 0, level_at_ms: NOON };
    const DEMAND: Demand = Demand {
        caller_allowed: true,
        permission: Some(Permission::Analyze),
        tenant_required: true,
        metered: true,
    };

    fn member(role: Role) -> Standing {
        Standing::Member { role, active: true }
    }

    fn plan(bucket: Option<Bucket>) -> Limited {
        Limited { policy: Policy::Plan, rate: Rate::per_minute(10, 20), bucket }
    }

    fn analyst() -> Facts {
        Facts {
            valid: true,
            standing: member(Role::Analyst),
            scopes: None,
            limits: vec![plan(None)],
            calls: 0,
            calls_quota: Some(100),
        }
    }

    #[test]
    fn a_metered_call_takes_a_token_and_is_counted() {
        let admission = decide(&analyst(), DEMAND, NOON).unwrap();
        let left = admission.limits[0].refilled(NOON).tokens(Rate::per_minute(10, 20));
        assert_eq!((left, admission.calls), (19, 1));
    }

    #[test]
    fn the_first_reason_in_the_list_is_the_one_that_is_told() {
        let mut facts = Facts {
            valid: false,
            standing: Standing::Stranger,
            limits: vec![plan(Some(EMPTY))],
            calls: 100,
            ..analyst()
        };
        assert_eq!(decide(&facts, DEMAND, NOON), Err(Denial::Unauthenticated));
        facts.valid = true;
        assert_eq!(decide(&facts, DEMAND, NOON), Err(Denial::Hidden));
        facts.standing = Standing::Member { role: Role::Viewer, active: false };
        assert_eq!(decide(&facts, DEMAND, NOON), Err(Denial::Suspended));
        facts.standing = member(Role::Viewer);
        assert_eq!(decide(&facts, DEMAND, NOON), Err(Denial::Forbidden));
        facts.standing = member(Role::Owner);
        assert_eq!(decide(&facts, Demand { caller_allowed: false, ..DEMAND }, NOON), Err(Denial::Forbidden));
        assert_eq!(
            decide(&facts, DEMAND, NOON),
            Err(Denial::RateLimited { policy: Policy::Plan, wait_ms: 6_000 })
        );
        facts.limits = vec![plan(None)];
        assert_eq!(decide(&facts, DEMAND, NOON), Err(Denial::QuotaExceeded { wait_ms: 43_200_000 }));
    }

    #[test]
    fn the_limit_that_takes_longest_is_told_and_nothing_is_taken_from_the_others() {
        let endpoint = Limited { policy: Policy::Endpoint, rate: Rate::evenly(5, 3_600_000), bucket: None };
        let key = Limited { policy: Policy::Key, rate: Rate::evenly(2, 1_000), bucket: None };
        let empty = |limit: Limited| Limited { bucket: Some(EMPTY), ..limit };

        let all = take(&[plan(None), endpoint, key], NOON).unwrap();
        let left: Vec<i64> = all.iter().map(|limit| limit.refilled(NOON).tokens(limit.rate)).collect();
        assert_eq!(left, [19, 4, 1]);
        for (limits, policy, wait_ms) in [
            ([plan(None), endpoint, empty(key)], Policy::Key, 500),
            ([plan(Some(EMPTY)), endpoint, empty(key)], Policy::Plan, 6_000),
            ([plan(Some(EMPTY)), empty(endpoint), empty(key)], Policy::Endpoint, 720_000),
        ] {
            assert_eq!(take(&limits, NOON), Err(Denial::RateLimited { policy, wait_ms }));
        }
    }

    #[test]
    fn a_full_quota_does_not_stop_calls_that_are_not_metered() {
        let facts = Facts { calls: 100, ..analyst() };
        let free = Demand { metered: false, ..DEMAND };
        assert_eq!(decide(&facts, free, NOON).map(|admission| admission.calls), Ok(100));
    }

    #[test]
    fn a_person_without_a_tenant_gets_in_only_where_none_is_needed() {
        let facts = Facts { standing: Standing::NoTenant, ..analyst() };
        assert_eq!(decide(&facts, DEMAND, NOON), Err(Denial::Hidden));
        let me = Demand { permission: None, tenant_required: false, ..DEMAND };
        assert_eq!(decide(&facts, me, NOON).map(|admission| admission.calls), Ok(0));
    }

    #[test]
    fn a_key_may_do_what_both_its_scopes_and_its_creators_role_allow() {
        let reader = Facts { scopes: Some(vec![Scope::Read]), ..analyst() };
        assert_eq!(decide(&reader, DEMAND, NOON), Err(Denial::Forbidden));
        let demoted =
            Facts { scopes: Some(vec![Scope::Analyze]), standing: member(Role::Viewer), ..analyst() };
        assert_eq!(decide(&demoted, DEMAND, NOON), Err(Denial::Forbidden));
    }
}
