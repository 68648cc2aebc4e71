//! `PUT /api/v1/tenants/{tenant_id}/limits/{subject}`

use insula_kit::{Cx, Problem, Request, Response, etag};
use serde::Deserialize;
use utoipa::ToSchema;

use super::subject;
use super::view::LimitView;
use crate::limit::{Limit, rate};
use crate::service::limit;

/// How fast calls may come.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TenantLimitChange)]
pub struct LimitBody {
    /// Calls a `second`, `minute`, `hour` or `day`, also all at once; of `all` calls a `minute`.
    #[schema(pattern = "^[1-9][0-9]{0,6}/(second|minute|hour|day)$", example = "100/minute")]
    rate_limit: String,
    /// Of `all` calls: how many at once, at most what a day's calls of the rate are. Absent or null: as many as in a minute.
    #[schema(minimum = 1, maximum = 1_000_000, example = 200)]
    burst: Option<i64>,
}

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let LimitBody { rate_limit, burst } = request.json()?;
    let subject = subject(request)?;
    let rate = rate(&subject, &rate_limit, burst)?;
    let unchanged = |present: Option<&Limit>| {
        etag::demand_present(request, present, |limit| Response::ok(&LimitView::from(limit)))
    };
    let limit = limit::set(cx, request.path_id("tenant_id")?, &subject, rate, unchanged).await?;
    Ok(etag::tagged(Response::ok(&LimitView::from(&limit))?))
}
