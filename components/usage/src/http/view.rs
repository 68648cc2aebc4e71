//! Usage as JSON.

use std::collections::BTreeMap;

use insula_domain::metric::Reset;
use insula_kit::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::usage::{MetricUsage, Usage};

/// What a tenant has used of each metric.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Usage)]
pub struct UsageView {
    /// The tenant that the figures are about.
    #[schema(example = "ten_01h455vb4pex5vsknk084sn02q", pattern = "^ten_[0-7][0-9a-hjkmnp-tv-z]{25}$")]
    tenant_id: String,
    /// The name of the tenant's plan.
    #[schema(example = "free")]
    plan: String,
    /// The figures, by the name of the metric.
    metrics: BTreeMap<String, MetricView>,
}

/// What a tenant has used of one metric in one period.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MetricUsage)]
pub struct MetricView {
    /// What was used from `period_start` to `reset_at`, in `unit`.
    #[schema(example = 42, minimum = 0)]
    current: i64,
    /// The most that the present plan includes in a period; null: unlimited.
    #[schema(required, example = 100, minimum = 0)]
    limit: Option<i64>,
    /// What is left of `limit`, never below zero; null: unlimited.
    #[schema(required, example = 58, minimum = 0)]
    remaining: Option<i64>,
    /// What is counted.
    #[schema(example = "calls")]
    unit: String,
    /// When the counter starts again from zero, in UTC.
    reset: Reset,
    /// The beginning of the period.
    #[schema(format = DateTime, example = "2030-01-01T00:00:00Z")]
    period_start: String,
    /// The end of the period, when the counter starts again; null for one that never does.
    #[schema(required, format = DateTime, example = "2030-01-02T00:00:00Z")]
    reset_at: Option<String>,
}

impl From<&Usage> for UsageView {
    fn from(usage: &Usage) -> Self {
        let metrics = usage.metrics.iter().map(|metric| (metric.name.clone(), MetricView::from(metric)));
        Self { tenant_id: usage.tenant_id.to_string(), plan: usage.plan.clone(), metrics: metrics.collect() }
    }
}

impl From<&MetricUsage> for MetricView {
    fn from(metric: &MetricUsage) -> Self {
        let time = |ms| Timestamp::from_ms(ms).to_rfc3339();
        Self {
            current: metric.used,
            limit: metric.quota,
            remaining: metric.remaining(),
            unit: metric.unit.clone(),
            reset: metric.reset,
            period_start: time(metric.period.start_ms),
            reset_at: metric.period.end_ms.map(time),
        }
    }
}

#[cfg(test)]
mod tests {
    use insula_kit::id::TenantId;
    use serde_json::json;

    use super::*;

    const NEW_YEAR_2030: i64 = 1_893_456_000_000;

    #[test]
    fn what_is_unlimited_or_never_resets_is_there_as_null() {
        let metric = |name: &str, reset: Reset, quota| MetricUsage {
            name: name.to_owned(),
            unit: "calls".to_owned(),
            reset,
            used: 7,
            quota,
            period: reset.period(NEW_YEAR_2030),
        };
        let usage = Usage {
            tenant_id: TenantId::parse("ten_01h455vb4pex5vsknk084sn02q").unwrap(),
            plan: "free".to_owned(),
            metrics: vec![metric("bounded", Reset::Daily, Some(5)), metric("free", Reset::Never, None)],
        };
        assert_eq!(
            serde_json::to_value(UsageView::from(&usage)).unwrap(),
            json!({
                "tenant_id": "ten_01h455vb4pex5vsknk084sn02q",
                "plan": "free",
                "metrics": {
                    "bounded": {
                        "current": 7, "limit": 5, "remaining": 0, "unit": "calls", "reset": "daily",
                        "period_start": "2030-01-01T00:00:00Z", "reset_at": "2030-01-02T00:00:00Z",
                    },
                    "free": {
                        "current": 7, "limit": null, "remaining": null, "unit": "calls", "reset": "never",
                        "period_start": "1970-01-01T00:00:00Z", "reset_at": null,
                    },
                },
            })
        );
    }
}
