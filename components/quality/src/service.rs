//! The operations on reports, free of HTTP and of SQL.

use insula_domain::metric::{Period, Reset};
use insula_kit::guard::Caller;
use insula_kit::id::ReportId;
use insula_kit::page::{Ask, Page};
use insula_kit::{Cx, Problem};

use crate::analysis::Parsed;
use crate::error::Error;
use crate::report::{NewReport, Summary};
use crate::store;

/// The name of the uploaded file and of its label column.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// The name that the client gave the file.
    pub file_name: Option<String>,
    /// The column that holds the labels.
    pub label_column: Option<String>,
}

/// The period that rows are counted in now.
pub fn period(cx: &Cx) -> Period {
    Reset::Monthly.period(cx.now().as_ms())
}

/// Analyses a file that was read to its end. A file that the quota has no room for is refused before the work; the
/// batch that stores the report decides it again, for good.
pub async fn analyze(cx: &Cx, names: Names, parsed: &Parsed) -> Result<NewReport, Problem> {
    let asked = i64::try_from(parsed.rows()).unwrap_or(i64::MAX);
    if let (used, Some(quota)) = store::used(cx, cx.tenant_id()?, period(cx)).await?
        && used.saturating_add(asked) > quota
    {
        return Err(quota_exceeded(cx, used, quota, asked).into());
    }
    let report = parsed.analyze();
    let summary = Summary {
        id: cx.new_id()?,
        created_at: cx.now(),
        file_name: names.file_name,
        label_column: names.label_column,
        rows: asked,
        columns: i64::try_from(report.column_count).unwrap_or(i64::MAX),
        score: report.score.overall,
    };
    let created_by = match cx.caller() {
        Caller::ApiKey { key_id, .. } => key_id.to_string(),
        Caller::Person { user_id, .. } | Caller::Impersonator { user_id, .. } => user_id.to_string(),
        Caller::Operator => "operator".to_owned(),
        Caller::Anonymous => "anonymous".to_owned(),
    };
    Ok(NewReport { tenant_id: cx.tenant_id()?, created_by, summary, report })
}

/// The refusal when the quota has no room, with the figures of now.
pub async fn refuse_for_quota(cx: &Cx, asked: i64) -> Result<Error, Problem> {
    let (used, quota) = store::used(cx, cx.tenant_id()?, period(cx)).await?;
    Ok(quota_exceeded(cx, used, quota.unwrap_or(used), asked))
}

fn quota_exceeded(cx: &Cx, used: i64, quota: i64, asked: i64) -> Error {
    let now = cx.now();
    let end_ms = period(cx).end_ms.unwrap_or_else(|| now.as_ms());
    let reset_at = insula_kit::time::Timestamp::from_ms(end_ms);
    Error::QuotaExceeded { used, quota, asked, now, reset_at }
}

/// A page of the tenant's reports.
pub async fn list(cx: &Cx, ask: &Ask) -> Result<Page<Summary>, Problem> {
    let found = store::list(cx, cx.tenant_id()?, ask).await?;
    Ok(ask.page(found, |summary| summary.id))
}

/// One report of the tenant, as it was answered.
pub async fn get(cx: &Cx, id: ReportId) -> Result<Option<String>, Problem> {
    Ok(store::get(cx, cx.tenant_id()?, id).await?)
}
