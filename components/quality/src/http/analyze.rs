//! `POST /api/v1/analyze`

use insula_domain::action::Action;
use insula_kit::audit::Event;
use insula_kit::idempotency;
use insula_kit::{Cx, Problem, Request, Response};
use utoipa::ToSchema;

use super::upload;
use super::view::ReportView;
use crate::{service, store};

/// The parts of the form.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the parts, which are read one by one")]
pub struct AnalyzeForm {
    /// The CSV file: UTF-8, a header line, commas (RFC 4180); at most 64 MiB, where the server is not set otherwise, and 1,000
    /// columns.
    #[schema(format = Binary)]
    file: String,
    /// The name of the column that holds each row's class. With it the report says how balanced the classes are and
    /// which labels are suspected to be wrong. At most 200 characters.
    label_column: Option<String>,
}

pub async fn handle(cx: &Cx, mut request: Request) -> Result<Response, Problem> {
    let media_type = request.header("content-type").unwrap_or_default().to_owned();
    let uploaded = upload::read(&media_type, request.take_upload()?, cx.has_idempotency_key()).await?;
    if let Some(earlier) = idempotency::begin(cx, uploaded.digest).await? {
        return Ok(earlier);
    }

    let new = service::analyze(cx, uploaded.names, &uploaded.parsed).await?;

    let answer = Response::created(&format!("/api/v1/reports/{}", new.summary.id), &ReportView::from(&new))?;
    let body = String::from_utf8_lossy(&answer.body).into_owned();
    let mut statements = store::insert(&new, &body, service::period(cx));
    // By its id: the file's name may tell of somebody, and the log is kept for ever.
    let event = Event::new(Action::ReportCreated).fact("dataset", new.summary.id);
    statements.push(cx.audit(event.fact("rows", new.summary.rows)).await?);
    match idempotency::attempt(cx, cx.scope(), statements, answer).await? {
        Ok(answer) => Ok(answer),
        Err(_quota) => Err(service::refuse_for_quota(cx, new.summary.rows).await?.into()),
    }
}
