//! The JSON of a plan.

use serde::Serialize;
use utoipa::ToSchema;

use crate::plan::Plan;

/// What tenants may use.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Plan)]
pub struct PlanView {
    /// Its name.
    #[schema(example = "free")]
    name: String,
    /// How many calls a minute: of each person, and of all programs of a tenant together.
    #[schema(example = 10)]
    requests_per_minute: i64,
    /// How many of them at once.
    #[schema(example = 20)]
    burst: i64,
    /// The most members of a tenant; null: unlimited.
    #[schema(required, example = 1)]
    max_users: Option<i64>,
    /// The most of a metric in one of its periods; what isn't named is unlimited.
    quotas: Vec<QuotaView>,
    /// What limits single operations besides.
    endpoint_limits: Vec<EndpointLimitView>,
}

/// The most of a metric.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PlanQuota)]
pub struct QuotaView {
    /// The metric.
    #[schema(example = "api_calls")]
    metric: String,
    /// The most of it in one of its periods.
    #[schema(example = 100)]
    quota: i64,
}

/// What limits one operation.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PlanEndpointLimit)]
pub struct EndpointLimitView {
    /// The operation's id in this document.
    #[schema(example = "analyze")]
    operation: String,
    /// Calls a `second`, `minute`, `hour` or `day`, also all at once.
    #[schema(example = "10/minute")]
    rate_limit: String,
}

impl From<&Plan> for PlanView {
    fn from(Plan { name, terms, version: _ }: &Plan) -> Self {
        let quota = |(metric, quota): &(String, i64)| QuotaView { metric: metric.clone(), quota: *quota };
        let limits = terms.endpoint_limits.iter().map(|(operation, limit)| EndpointLimitView {
            operation: operation.clone(),
            rate_limit: limit.to_string(),
        });
        Self {
            name: name.clone(),
            requests_per_minute: terms.rate.calls,
            burst: terms.rate.burst,
            max_users: terms.max_users,
            quotas: terms.quotas.iter().map(quota).collect(),
            endpoint_limits: limits.collect(),
        }
    }
}

/// The catalogue.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Plans)]
pub struct PlansView {
    /// Every plan, by name.
    items: Vec<PlanView>,
}

impl PlansView {
    /// The view of all of them.
    pub fn new(plans: &[Plan]) -> Self {
        Self { items: plans.iter().map(PlanView::from).collect() }
    }
}
