//! The JSON of what a tenant may.

use insula_domain::bucket::Rate;
use insula_domain::rate_limit::RateLimit;
use serde::Serialize;
use utoipa::ToSchema;

use crate::limit::Limit;

/// How fast calls may come.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Rate)]
pub struct RateView {
    /// Calls a `second`, `minute`, `hour` or `day`.
    #[schema(example = "100/minute")]
    rate_limit: String,
    /// How many at once.
    #[schema(example = 200, minimum = 1)]
    burst: i64,
}

impl RateView {
    /// None for what no limit is stored as.
    pub fn of(rate: Rate) -> Option<Self> {
        let limit = RateLimit::stored(rate.calls, rate.window_ms)?;
        Some(Self { rate_limit: limit.to_string(), burst: rate.burst })
    }
}

/// What is set about a subject, by whom, and what counts.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TenantLimit)]
pub struct LimitView {
    /// `all` calls, an operation by its id in this document, or an API key by its id, or that of the key whose limit it
    /// shares.
    #[schema(example = "all")]
    subject: String,
    /// What the plan says; null if nothing.
    #[schema(required)]
    plan: Option<RateView>,
    /// What the operator set in the plan's place; null if nothing.
    #[schema(required)]
    operator: Option<RateView>,
    /// What the tenant set for itself; null if nothing.
    #[schema(required)]
    own: Option<RateView>,
    /// What counts; null if nothing but the limit of all calls.
    #[schema(required)]
    effective: Option<RateView>,
}

impl From<&Limit> for LimitView {
    fn from(limit: &Limit) -> Self {
        let view = |rate: Option<Rate>| rate.and_then(RateView::of);
        Self {
            subject: limit.subject.clone(),
            plan: view(limit.plan),
            operator: view(limit.custom.operator),
            own: view(limit.custom.own),
            effective: view(limit.effective()),
        }
    }
}

/// What a tenant may.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TenantLimits)]
pub struct LimitsView {
    /// One for each subject about which something is set, by its name.
    items: Vec<LimitView>,
}

impl LimitsView {
    /// The view of all of them.
    pub fn new(limits: &[Limit]) -> Self {
        Self { items: limits.iter().map(LimitView::from).collect() }
    }
}
