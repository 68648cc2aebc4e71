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
//! 4. this kind of caller may call, and role and scopes allow the action, else [`Denial::Forbidden`]. The operator who acts
//!    as a person is a kind of its own: it may what the person may, where the call admits it;
//! 5. there is a token in the bucket of every rate limit that applies (the plan's; the endpoint's and the key's, where
//!    there are such), else [`Denial::RateLimited`] by the one that takes longest to have one;
//! 6. a metered call is within the quota, else [`Denial::QuotaExceeded`]; the tokens stay in their buckets.
//!
//! Only a call that passes all of them takes a token from each bucket and is counted.

mod limited;

use crate::metric::Reset;
use crate::permission::Permission;
use crate::role::Role;
use crate::scope::Scope;

pub use limited::{Limited, Policy, take};

/// What a route asks of its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demand {
    /// Whether this kind of caller (person, program) may call at all.
    pub caller_allowed: bool,
    /// Whether the operator may call who acts as a person, where that person may itself.
    pub impersonator_allowed: bool,
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
    ///
    /// The operator who acts as a person does so in one tenant, and while the person is a member there.
    pub valid: bool,
    /// Whether it is the operator, who acts as a person.
    pub impersonated: bool,
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
    let admitted = demand.caller_allowed && (demand.impersonator_allowed || !facts.impersonated);
    if !(allowed && admitted) {
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

#[cfg(test)]
mod tests;
