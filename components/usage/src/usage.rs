//! What a tenant has used. Pure: no I/O, no clock.

use insula_domain::metric::{Period, Reset};
use insula_kit::id::TenantId;

/// The figures of one tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Whose they are.
    pub tenant_id: TenantId,
    /// The name of its plan.
    pub plan: String,
    /// One for each metric, also for those of which nothing was used.
    pub metrics: Vec<MetricUsage>,
}

/// The figures of one metric, in one period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricUsage {
    /// The metric's name.
    pub name: String,
    /// What it counts.
    pub unit: String,
    /// When its counter starts again.
    pub reset: Reset,
    /// What was used.
    pub used: i64,
    /// What the plan includes; none: unlimited.
    pub quota: Option<i64>,
    /// The period.
    pub period: Period,
}

impl MetricUsage {
    /// What is left; none: unlimited. Never negative: a plan that was made smaller may include less than was used.
    #[must_use]
    pub fn remaining(&self) -> Option<i64> {
        self.quota.map(|quota| quota.saturating_sub(self.used).max(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_never_negative_and_unknown_for_the_unlimited() {
        let metric = |used, quota| MetricUsage {
            name: "api_calls".to_owned(),
            unit: "calls".to_owned(),
            reset: Reset::Daily,
            used,
            quota,
            period: Reset::Daily.period(0),
        };
        assert_eq!(metric(40, Some(100)).remaining(), Some(60));
        assert_eq!(metric(100, Some(100)).remaining(), Some(0));
        assert_eq!(metric(5_000, Some(100)).remaining(), Some(0));
        assert_eq!(metric(5_000, None).remaining(), None);
    }
}
