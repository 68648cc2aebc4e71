//! `PUT /api/v1/plans/{plan}`

use insula_kit::{Cx, Problem, Request, Response, etag};
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::PlanView;
use crate::plan::{Plan, Terms};
use crate::service::plan;

/// What tenants of a plan may use.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PlanTerms)]
pub struct PlanBody {
    /// How many calls a minute: of each person, and of all programs of a tenant together.
    #[schema(minimum = 1, maximum = 1_000_000, example = 100)]
    requests_per_minute: i64,
    /// How many of them at once, at most what a day's calls of the rate are.
    #[schema(minimum = 1, maximum = 1_000_000, example = 200)]
    burst: i64,
    /// The most members of a tenant. Absent or null: unlimited.
    #[schema(minimum = 1, maximum = 1_000_000, example = 10)]
    max_users: Option<i64>,
    /// The most of a metric in one of its periods; what isn't named is unlimited. At most 100.
    #[schema(max_items = 100)]
    quotas: Vec<QuotaBody>,
    /// What limits single operations besides. At most 100.
    #[schema(max_items = 100)]
    endpoint_limits: Vec<EndpointLimitBody>,
}

/// The most of a metric.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PlanQuotaTerm)]
pub struct QuotaBody {
    /// The metric.
    #[schema(example = "api_calls")]
    metric: String,
    /// The most of it in one of its periods.
    #[schema(minimum = 0, maximum = 1_000_000_000_000_000_i64, example = 10_000)]
    quota: i64,
}

/// What limits one operation.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PlanEndpointLimitTerm)]
pub struct EndpointLimitBody {
    /// The operation's id in this document.
    #[schema(pattern = "^[a-z][a-z0-9_]{0,62}$", example = "analyze")]
    operation: String,
    /// Calls a `second`, `minute`, `hour` or `day`, also all at once.
    #[schema(pattern = "^[1-9][0-9]{0,6}/(second|minute|hour|day)$", example = "10/minute")]
    rate_limit: String,
}

impl PlanBody {
    fn read(self) -> Result<Terms, Problem> {
        let quotas = self.quotas.into_iter().map(|one| (one.metric, one.quota)).collect();
        let limits: Vec<_> =
            self.endpoint_limits.into_iter().map(|one| (one.operation, one.rate_limit)).collect();
        Ok(Terms::read((self.requests_per_minute, self.burst), self.max_users, quotas, &limits)?)
    }
}

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let terms = request.json::<PlanBody>()?.read()?;
    let unchanged = |present: Option<&Plan>| {
        etag::demand_present(request, present, |plan| Response::ok(&PlanView::from(plan)))
    };
    let name = request.path_text("plan").unwrap_or_default();
    let plan = plan::set(cx, name, &terms, unchanged).await?;
    Ok(etag::tagged(Response::ok(&PlanView::from(&plan))?))
}
