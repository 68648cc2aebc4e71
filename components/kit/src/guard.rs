//! The call of `insula:access/guard`: from a route's access rule to a grant, or to the problem that refuses.

use std::net::IpAddr;

use http::HeaderMap;
use insula_domain::permission::Permission;
use insula_domain::role::Role;

use crate::bindings::insula::access::guard as wit;
use crate::bindings::insula::access::types;
use crate::id::{KeyId, SessionId, TenantId, UserId};
use crate::limits;
use crate::problem::{
    FORBIDDEN, INTERNAL, NOT_FOUND, Problem, QUOTA_EXCEEDED, RATE_LIMITED, TENANT_SUSPENDED, UNAUTHENTICATED,
    UNAVAILABLE,
};
use crate::response::Response;
use crate::route::{Access, Method};

/// Who is calling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// Nobody that we know: a public route.
    Anonymous,
    /// A person.
    Person {
        /// Who.
        user_id: UserId,
        /// By which session.
        session_id: SessionId,
    },
    /// A program.
    ApiKey {
        /// By which key.
        key_id: KeyId,
        /// Who made the key.
        creator_id: UserId,
    },
    /// Who runs the platform.
    Operator,
    /// Who runs the platform, and acts as a person.
    Impersonator {
        /// As whom.
        user_id: UserId,
        /// By which session, which is the operator's own.
        session_id: SessionId,
    },
}

/// The tenant that a call is about, and what the caller is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The tenant.
    pub tenant_id: TenantId,
    /// The caller's role, or that of the key's creator.
    pub role: Role,
    /// What the caller may do there.
    pub permissions: Vec<Permission>,
    /// The name of the tenant's plan.
    pub plan: String,
}

/// A call that was let in.
#[derive(Debug)]
pub struct Grant {
    /// Who is calling.
    pub caller: Caller,
    /// In which tenant, if in any.
    pub membership: Option<Membership>,
    /// Whether it is a key, from a network that isn't remembered of it.
    pub(crate) new_network: bool,
    limits: Vec<types::Limit>,
}

/// A failure that the guard reported, for the log.
#[derive(Debug, thiserror::Error)]
#[error("the guard failed: {0}")]
struct GuardFailure(String);

/// One call, as far as the guard asks about it.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The operation's id.
    pub operation: &'static str,
    /// Whether it reads, or does something.
    pub method: Method,
    /// Who may call.
    pub access: Access,
    /// Whether it counts against the quota of calls.
    pub metered: bool,
    /// The tenant of the path.
    pub tenant: Option<&'a str>,
    /// Where it comes from.
    pub client: Option<IpAddr>,
}

/// Asks the guard, as the access rule demands.
///
/// # Errors
///
/// The problem that refuses the call.
pub async fn admit(call: Call<'_>, headers: &HeaderMap) -> Result<Grant, Problem> {
    let people = types::CallerKinds::PERSON;
    let everybody = people | types::CallerKinds::API_KEY | types::CallerKinds::OPERATOR;
    let (callers, permission, tenant_required) = match call.access {
        Access::Public => {
            return Ok(Grant::refused(Caller::Anonymous));
        }
        Access::Person | Access::PersonOrImpersonator => (people, None, false),
        Access::PersonOrOperator => (people | types::CallerKinds::OPERATOR, None, false),
        Access::MemberOfPath => (everybody, None, true),
        Access::Permission(permission) => {
            (people | types::CallerKinds::API_KEY, Some(to_wit(permission)), true)
        }
        Access::PersonWith(permission) => (people, Some(to_wit(permission)), true),
        Access::PersonWithOrOperator(permission) => {
            (people | types::CallerKinds::OPERATOR, Some(to_wit(permission)), true)
        }
        // The path names a tenant, so the guard asks for a member of it all the same.
        Access::InAnyState(permission) => {
            (people | types::CallerKinds::OPERATOR, Some(to_wit(permission)), false)
        }
        Access::PermissionOrOperator(permission) => (everybody, Some(to_wit(permission)), true),
        Access::Operator => (types::CallerKinds::OPERATOR, None, false),
    };
    let impersonators = if call.access.admits_impersonator(call.method) {
        types::CallerKinds::IMPERSONATOR
    } else {
        types::CallerKinds::empty()
    };
    let demand = wit::Demand {
        permission,
        callers: callers | impersonators,
        tenant_id: call.tenant.map(str::to_owned),
        tenant_required,
        metered: call.metered,
        operation: Some(call.operation.to_owned()),
        client: call.client.map(|client| client.to_string()),
    };
    wit::admit(credential(headers), demand).await.map_err(refuse).and_then(Grant::read)
}

/// The credential that the caller presented: a bearer token or an API key. Two different ones are none, and so is a
/// key beside an `Authorization` of another scheme.
pub(crate) fn credential(headers: &HeaderMap) -> Option<String> {
    let mut presented: Option<&str> = None;
    let bearers = headers.get_all("authorization").iter().map(|value| {
        let (scheme, text) = value.to_str().ok()?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| text.trim())
    });
    let keys = headers.get_all("x-api-key").iter().map(|value| value.to_str().ok());
    for text in bearers.chain(keys) {
        let text = text?;
        if presented.is_some_and(|other| other != text) {
            return None;
        }
        presented = Some(text);
    }
    presented.map(str::to_owned)
}

impl Grant {
    /// A grant without limits, for tests of what is done with one.
    #[cfg(not(target_family = "wasm"))]
    #[must_use]
    pub const fn of(caller: Caller, membership: Option<Membership>) -> Self {
        Self { caller, membership, new_network: false, limits: Vec::new() }
    }

    /// What stands for one where the guard gave none, or was not asked, so that it can be told who asked.
    pub(crate) const fn refused(caller: Caller) -> Self {
        Self { caller, membership: None, new_network: false, limits: Vec::new() }
    }

    fn read(grant: wit::Grant) -> Result<Self, Problem> {
        let broken = || Problem::new(&INTERNAL).caused_by(GuardFailure("an unreadable grant".to_owned()));
        let session =
            |person: &types::Person| UserId::parse(&person.user_id).zip(SessionId::parse(&person.session_id));
        let caller = match grant.caller {
            types::Caller::Operator => Some(Caller::Operator),
            types::Caller::Person(person) => {
                session(&person).map(|(user_id, session_id)| Caller::Person { user_id, session_id })
            }
            types::Caller::Impersonator(person) => {
                session(&person).map(|(user_id, session_id)| Caller::Impersonator { user_id, session_id })
            }
            types::Caller::ApiKey(key) => KeyId::parse(&key.key_id)
                .zip(UserId::parse(&key.creator_id))
                .map(|(key_id, creator_id)| Caller::ApiKey { key_id, creator_id }),
        };
        let membership = match grant.membership {
            None => None,
            Some(found) => Some(Membership {
                tenant_id: TenantId::parse(&found.tenant_id).ok_or_else(broken)?,
                role: Role::parse(&found.role).ok_or_else(broken)?,
                permissions: found.permissions.into_iter().map(from_wit).collect(),
                plan: found.plan,
            }),
        };
        let caller = caller.ok_or_else(broken)?;
        Ok(Self { caller, membership, new_network: grant.new_network, limits: grant.limits })
    }

    /// Adds the headers that tell what is left of the limits.
    #[must_use]
    pub fn with_limits(&self, response: Response) -> Response {
        match self.limit_headers() {
            Some((policy, state)) => response.header("ratelimit-policy", &policy).header("ratelimit", &state),
            None => response,
        }
    }

    /// The values of those headers, `RateLimit-Policy` and `RateLimit`; none for a caller without limits.
    #[must_use]
    pub fn limit_headers(&self) -> Option<(String, String)> {
        limits::headers(&self.limits)
    }

    /// The same for a problem.
    #[must_use]
    pub fn problem_with_limits(&self, problem: Problem) -> Problem {
        limits::with(problem, &self.limits)
    }
}

fn refuse(denial: wit::Denial) -> Problem {
    match denial {
        wit::Denial::Unauthenticated => Problem::challenge(&UNAUTHENTICATED),
        wit::Denial::Forbidden => Problem::new(&FORBIDDEN),
        wit::Denial::Hidden => Problem::new(&NOT_FOUND),
        wit::Denial::Suspended => Problem::new(&TENANT_SUSPENDED),
        wit::Denial::RateLimited(refusal) => limits::refused(
            Problem::new(&RATE_LIMITED).member("policy", refusal.limit.policy.clone()),
            &refusal,
        ),
        wit::Denial::QuotaExceeded(refusal) => limits::refused(
            Problem::new(&QUOTA_EXCEEDED).member("metric", refusal.limit.policy.clone()),
            &refusal,
        ),
        wit::Denial::Failed(types::Failure::Unavailable(text)) => {
            Problem::new(&UNAVAILABLE).retry_after(1).caused_by(GuardFailure(text))
        }
        wit::Denial::Failed(types::Failure::Internal(text)) => {
            Problem::new(&INTERNAL).caused_by(GuardFailure(text))
        }
    }
}

insula_domain::permission_in_wit!(types::Permission);

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn a_credential_is_a_bearer_token_or_an_api_key_and_never_two() {
        let credential = |pairs| credential(&headers(pairs));
        assert_eq!(credential(&[("authorization", "Bearer abc")]).as_deref(), Some("abc"));
        assert_eq!(credential(&[("authorization", "bearer  abc ")]).as_deref(), Some("abc"));
        assert_eq!(credential(&[("x-api-key", "abc")]).as_deref(), Some("abc"));
        assert_eq!(
            credential(&[("authorization", "Bearer abc"), ("x-api-key", "abc")]).as_deref(),
            Some("abc")
        );
        assert_eq!(credential(&[("authorization", "Bearer abc"), ("x-api-key", "def")]), None);
        assert_eq!(credential(&[("authorization", "Bearer abc"), ("authorization", "Bearer def")]), None);
        assert_eq!(credential(&[("x-api-key", "abc"), ("x-api-key", "def")]), None);
        assert_eq!(credential(&[("authorization", "Basic abc")]), None);
        assert_eq!(credential(&[("authorization", "Basic abc"), ("x-api-key", "abc")]), None);
        assert_eq!(credential(&[]), None);
    }
}
