//! The rule, reason by reason.

use super::*;
use crate::bucket::{Bucket, Rate};

const NOON: i64 = 1_893_499_200_000; // 2030-01-01T12:00:00Z
const EMPTY: Bucket = Bucket { level: 0, level_at_ms: NOON };
const DEMAND: Demand = Demand {
    caller_allowed: true,
    impersonator_allowed: false,
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
        impersonated: false,
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
fn the_operator_who_acts_as_a_person_may_what_the_person_may_where_the_call_admits_it() {
    let facts = Facts { impersonated: true, ..analyst() };
    assert_eq!(decide(&facts, DEMAND, NOON), Err(Denial::Forbidden));
    let open = Demand { impersonator_allowed: true, ..DEMAND };
    assert_eq!(decide(&facts, open, NOON).map(|admission| admission.calls), Ok(1));
    let viewer = Facts { standing: member(Role::Viewer), ..facts };
    assert_eq!(decide(&viewer, open, NOON), Err(Denial::Forbidden));
    assert_eq!(
        decide(&viewer, Demand { caller_allowed: false, permission: None, ..open }, NOON),
        Err(Denial::Forbidden)
    );
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
    let demoted = Facts { scopes: Some(vec![Scope::Analyze]), standing: member(Role::Viewer), ..analyst() };
    assert_eq!(decide(&demoted, DEMAND, NOON), Err(Denial::Forbidden));
}
