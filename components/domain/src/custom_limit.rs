//! Limits of one tenant that aren't those of its plan. Pure: no I/O.
//!
//! This is the statement of the rule. The SQLite adapter of `access` calls it; PostgreSQL decides the same inside one
//! function of a migration.
//!
//! 1. What the operator sets for a tenant takes the place of what the plan says, upwards or downwards.
//! 2. What the tenant sets for itself (for a key: the key's own limit) counts while it is within that, and not at all
//!    otherwise: a tenant binds itself, and a smaller plan isn't outdone by what was set under a larger one.
//! 3. A call whose operation or key has a limit by the operator draws nothing from the plan's bucket: otherwise the plan
//!    would hold what the operator let go.

use crate::admission::Policy;
use crate::bucket::Rate;

/// What was set for one subject.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Custom {
    /// By the operator.
    pub operator: Option<Rate>,
    /// By the tenant.
    pub own: Option<Rate>,
}

impl Custom {
    /// What counts, where the plan says `plan`.
    #[must_use]
    pub fn over(self, plan: Option<Rate>) -> Option<Rate> {
        match (self.operator.or(plan), self.own) {
            (None, own) => own,
            (Some(limit), Some(own)) if own.is_within(limit) => Some(own),
            (limit, _) => limit,
        }
    }
}

/// What was set for the subjects of one call; a key's own limit is `own` of the key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Customs {
    /// All calls.
    pub all: Custom,
    /// The operation.
    pub endpoint: Custom,
    /// The key.
    pub key: Custom,
}

impl Customs {
    /// The limits of a call, the plan's first, where the plan says `plan` of all calls and `endpoint` of the operation.
    #[must_use]
    pub fn over(self, plan: Rate, endpoint: Option<Rate>) -> Vec<(Policy, Rate)> {
        let exempt = self.endpoint.operator.is_some() || self.key.operator.is_some();
        let limits = [
            (Policy::Plan, self.all.over(Some(plan)).filter(|_| !exempt)),
            (Policy::Endpoint, self.endpoint.over(endpoint)),
            (Policy::Key, self.key.over(None)),
        ];
        limits.into_iter().filter_map(|(policy, rate)| rate.map(|rate| (policy, rate))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FREE: Rate = Rate::per_minute(10, 20);
    const TIGHT: Rate = Rate::per_minute(5, 5);
    const WIDE: Rate = Rate::per_minute(1_000, 1_000);

    #[test]
    fn a_tenant_binds_itself_and_frees_itself_of_nothing() {
        let own = |own| Custom { operator: None, own: Some(own) };
        assert_eq!(own(TIGHT).over(Some(FREE)), Some(TIGHT));
        assert_eq!(own(WIDE).over(Some(FREE)), Some(FREE));
        assert_eq!(
            own(WIDE).over(None),
            Some(WIDE),
            "where the plan says nothing, the plan of all calls goes on"
        );
        // More at once or faster over time: neither is within.
        assert_eq!(own(Rate::per_minute(1, 21)).over(Some(FREE)), Some(FREE));
        assert_eq!(own(Rate::per_minute(11, 1)).over(Some(FREE)), Some(FREE));
    }

    #[test]
    fn the_operators_takes_the_place_of_the_plans_and_bounds_the_tenants() {
        for operator in [TIGHT, WIDE] {
            let custom = Custom { operator: Some(operator), own: None };
            assert_eq!(custom.over(Some(FREE)), Some(operator));
        }
        let both = Custom { operator: Some(WIDE), own: Some(FREE) };
        assert_eq!(both.over(Some(TIGHT)), Some(FREE));
    }

    #[test]
    fn what_the_operator_set_for_a_key_or_an_operation_stands_beside_the_plan_and_not_behind_it() {
        let wide = Custom { operator: Some(WIDE), own: None };
        let none = Customs::default();
        assert_eq!(none.over(FREE, Some(TIGHT)), [(Policy::Plan, FREE), (Policy::Endpoint, TIGHT)]);
        assert_eq!(
            Customs { key: wide, ..none }.over(FREE, Some(TIGHT)),
            [(Policy::Endpoint, TIGHT), (Policy::Key, WIDE)]
        );
        assert_eq!(Customs { endpoint: wide, ..none }.over(FREE, Some(TIGHT)), [(Policy::Endpoint, WIDE)]);
        let own = Custom { operator: None, own: Some(WIDE) };
        assert_eq!(
            Customs { key: own, ..none }.over(FREE, None),
            [(Policy::Plan, FREE), (Policy::Key, WIDE)]
        );
    }
}
