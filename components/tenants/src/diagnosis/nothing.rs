//! "I see nothing": who is let in, what it may see, whether anything is there.

use std::net::IpAddr;

use insula_domain::lifecycle::State;
use insula_domain::network::Networks;
use insula_domain::permission::Permission;
use insula_domain::role::Role;
use insula_domain::scope::{Scope, effective};
use insula_kit::time::Timestamp;

use super::Check;

/// How a tenant's callers stand.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Its state.
    pub state: String,
    /// Whether the operator brought it there.
    pub is_operators: bool,
    /// Whether it demands a second factor of people.
    pub second_factor_required: bool,
    /// Its members.
    pub members: i64,
    /// Those without a second factor.
    pub members_without_factor: i64,
    /// Its keys, those that ended long ago not among them.
    pub keys: Keys,
}

/// How a tenant's keys are.
#[derive(Clone, Copy, Debug, Default)]
pub struct Keys {
    /// All of them.
    pub all: i64,
    /// Those that were revoked.
    pub revoked: i64,
    /// Those that expired.
    pub expired: i64,
    /// Those that are good in some networks only.
    pub bound: i64,
    /// Those whose creator is no member any more.
    pub orphaned: i64,
    /// Those that are let in.
    pub working: i64,
}

/// A caller that is looked at.
#[derive(Clone, Debug)]
pub enum Subject {
    /// None was named, and the operator asks, who is in no tenant.
    Nobody,
    /// Neither a member nor a key of the tenant.
    Stranger,
    /// A member.
    Member(Role),
    /// A key.
    Key {
        /// Its scopes.
        scopes: Vec<Scope>,
        /// Its creator's role; none if it is no member any more.
        role: Option<Role>,
        /// When it expires.
        expires_at: Option<Timestamp>,
        /// Whether it was revoked.
        is_revoked: bool,
        /// The networks that it is good in, separated by spaces.
        networks: Option<String>,
    },
}

/// What a tenant has used of a metric.
#[derive(Clone, Debug)]
pub struct Used {
    /// The metric.
    pub metric: String,
    /// How much.
    pub used: i64,
    /// How much its plan includes; none is any amount.
    pub quota: Option<i64>,
}

/// Whether the tenant's calls are let in.
pub fn tenant_state(standing: &Standing) -> Check {
    let is_active = standing.state == State::Active.as_str();
    Check::new("tenant_state")
        .text("state", &standing.state)
        .problem_if(
            !is_active && standing.is_operators,
            "The operator ended it: ask the operator to activate the tenant.",
        )
        .problem_if(!is_active, "Activate the tenant: POST /api/v1/tenants/{tenant_id}/activate.")
}

/// Whether the tenant keeps members out that have no second factor.
pub fn second_factor(standing: &Standing) -> Check {
    let is_barred = standing.second_factor_required && standing.members_without_factor > 0;
    Check::new("second_factor")
        .number("required", i64::from(standing.second_factor_required))
        .number("members", standing.members)
        .number("members_without_one", standing.members_without_factor)
        .problem_if(
            is_barred,
            "Who has no second factor is let into no route of the tenant: POST /api/v1/auth/mfa/totp.",
        )
}

/// Whether there is a key that is let in.
pub fn keys(keys: Keys) -> Check {
    Check::new("keys")
        .number("all", keys.all)
        .number("working", keys.working)
        .number("expired", keys.expired)
        .number("revoked", keys.revoked)
        .number("bound_to_networks", keys.bound)
        .number("of_no_member", keys.orphaned)
        .problem_if(
            keys.working == 0 && keys.all > 0,
            "No key works: make another one, POST /api/v1/api-keys.",
        )
        .problem_if(
            keys.orphaned > 0,
            "Keys end with the membership of who made them: a member makes new ones.",
        )
}

/// Whether the caller is let in, and may see what the product shows.
pub fn caller(subject: &Subject, client: Option<IpAddr>, now: Timestamp) -> Check {
    let check = Check::new("caller");
    match subject {
        Subject::Nobody => {
            check.unknown_if(true, "Name a member or a key: `?subject=usr_…` or `?subject=key_…`.")
        }
        Subject::Stranger => check.problem_if(
            true,
            "It is neither a member nor a key of this tenant: invite it, or use a key of the tenant's own.",
        ),
        Subject::Member(role) => may_see(check.text("role", role.as_str()), role.permissions()),
        Subject::Key { scopes, role, expires_at, is_revoked, networks } => {
            let is_expired = expires_at.is_some_and(|at| at <= now);
            let check = check
                .number("revoked", i64::from(*is_revoked))
                .number("expired", i64::from(is_expired))
                .problem_if(*is_revoked, "The key was revoked: make another one, POST /api/v1/api-keys.")
                .problem_if(is_expired, "The key has expired: make another one, POST /api/v1/api-keys.");
            let Some(role) = role else {
                return check
                    .problem_if(true, "Who made the key is no member any more: a member makes another one.");
            };
            let check = here(check.text("creators_role", role.as_str()), networks.as_deref(), client);
            may_see(check, &effective(*role, Some(scopes)))
        }
    }
}

/// Whether a key is good where the question comes from. That is no proof: the program may run elsewhere.
fn here(check: Check, networks: Option<&str>, client: Option<IpAddr>) -> Check {
    let Some(text) = networks else { return check.number("networks", 0) };
    let networks = Networks::from_text(text);
    let covers = networks.hold(client);
    check
        .number("networks", i64::try_from(text.split(' ').count()).unwrap_or(i64::MAX))
        .number("covers_your_address", i64::from(covers))
        .problem_if(
            !covers,
            "The key is good in some networks only, and you are in none: PATCH /api/v1/api-keys/{key_id} changes them.",
        )
}

fn may_see(check: Check, permissions: &[Permission]) -> Check {
    let has = |permission| permissions.contains(&permission);
    check
        .number("permissions", i64::try_from(permissions.len()).unwrap_or(i64::MAX))
        .number("may_view_reports", i64::from(has(Permission::ViewReports)))
        .number("may_analyze", i64::from(has(Permission::Analyze)))
        .problem_if(
            !has(Permission::ViewReports),
            "It may not read reports: a key needs the scope `read`, a member any role.",
        )
}

/// Whether there is anything to see.
pub fn rows(product: &[(String, i64)], platform: &[(String, i64)]) -> Check {
    let all = product.iter().chain(platform);
    let check = all.fold(Check::new("rows"), |check, (table, rows)| check.number(table, *rows));
    check.problem_if(
        product.iter().all(|(_, rows)| *rows == 0),
        "Nothing is stored yet: analyse a file, POST /api/v1/analyze.",
    )
}

/// Whether a quota is used up.
pub fn quota(used: &[Used]) -> Check {
    let is_up = |used: &&Used| used.quota.is_some_and(|quota| used.used >= quota);
    let check = used.iter().fold(Check::new("quota"), |check, used| {
        let check = check.number(&used.metric, used.used);
        match used.quota {
            Some(quota) => check.number(&format!("{}_quota", used.metric), quota),
            None => check,
        }
    });
    let up = used.iter().filter(is_up).count();
    check.number("used_up", i64::try_from(up).unwrap_or(i64::MAX)).problem_if(
        up > 0,
        "What the plan includes is used up until its period ends, GET /api/v1/usage says when: wait, or change the plan.",
    )
}

/// Whether callers are being slowed down.
pub fn rate(buckets: i64, drained: i64) -> Check {
    Check::new("rate_limits")
        .number("callers", buckets)
        .number("with_nothing_left", drained)
        .unknown_if(
            buckets == 0,
            "Nobody has called lately, or the buckets are in Redis: RateLimit of any answer says it.",
        )
        .problem_if(
            drained > 0,
            "Somebody calls faster than its limit and gets 429: GET /api/v1/tenants/{tenant_id}/limits.",
        )
}

/// Whether the tenant's own database can be read.
pub fn own_database(is_read: bool, waiting: i64) -> Check {
    Check::new("own_database").number("waiting", waiting).problem_if(
        !is_read,
        "The tenant's own database is away, or is not the tenant's any more: its reports can't be read, and what is stored \
         waits. The operator sees to that database, or sends its new address.",
    )
}

#[cfg(test)]
mod tests {
    use super::super::Outcome;
    use super::*;

    const NOW: Timestamp = Timestamp::from_ms(1_000);

    fn key() -> Subject {
        Subject::Key {
            scopes: vec![Scope::Read],
            role: Some(Role::Owner),
            expires_at: None,
            is_revoked: false,
            networks: None,
        }
    }

    fn told(subject: &Subject, client: Option<&str>) -> (Outcome, String) {
        let check = caller(subject, client.map(|client| client.parse().unwrap()), NOW);
        (check.outcome, check.remedy.unwrap_or_default().to_owned())
    }

    #[test]
    fn a_key_is_looked_at_from_every_side() {
        assert_eq!(told(&key(), None).0, Outcome::Ok);
        let Subject::Key { scopes, role, .. } = key() else { unreachable!() };
        let with = |expires_at, is_revoked, networks: Option<&str>| Subject::Key {
            scopes: scopes.clone(),
            role,
            expires_at,
            is_revoked,
            networks: networks.map(str::to_owned),
        };
        let cases = [
            (with(None, true, None), None, "revoked"),
            (with(Some(NOW), false, None), None, "expired"),
            (with(None, false, Some("192.0.2.0/24")), Some("203.0.113.1"), "networks"),
            (with(None, false, Some("192.0.2.0/24")), None, "networks"),
        ];
        for (subject, client, word) in cases {
            let (outcome, remedy) = told(&subject, client);
            assert!(outcome == Outcome::Problem && remedy.contains(word), "{word}: {remedy}");
        }
        let bound = with(Some(Timestamp::from_ms(1_001)), false, Some("192.0.2.0/24 2001:db8::/32"));
        assert_eq!(told(&bound, Some("192.0.2.7")).0, Outcome::Ok);
    }

    #[test]
    fn a_key_without_the_scope_or_without_its_creator_sees_nothing() {
        let blind = Subject::Key {
            scopes: vec![Scope::Analyze],
            role: Some(Role::Owner),
            expires_at: None,
            is_revoked: false,
            networks: None,
        };
        assert!(told(&blind, None).1.contains("scope `read`"));
        let orphan = Subject::Key {
            scopes: vec![Scope::Read],
            role: None,
            expires_at: None,
            is_revoked: false,
            networks: None,
        };
        assert!(told(&orphan, None).1.contains("no member"));
        assert_eq!(told(&Subject::Nobody, None).0, Outcome::Unknown);
        assert_eq!(told(&Subject::Stranger, None).0, Outcome::Problem);
        assert_eq!(told(&Subject::Member(Role::Viewer), None).0, Outcome::Ok);
    }

    #[test]
    fn a_quota_is_used_up_with_its_last_unit_and_an_unlimited_one_never() {
        let used = |used, quota| Used { metric: "api_calls".to_owned(), used, quota };
        assert_eq!(quota(&[used(99, Some(100))]).outcome, Outcome::Ok);
        assert_eq!(quota(&[used(100, Some(100))]).outcome, Outcome::Problem);
        assert_eq!(quota(&[used(i64::MAX, None)]).outcome, Outcome::Ok);
    }
}
