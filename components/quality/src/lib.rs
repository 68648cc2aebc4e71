//! Data quality: analyses a CSV file and keeps the report. A workload that stands behind the platform.
//!
//! | Operation      | Route                             | Permission     |
//! |----------------|-----------------------------------|----------------|
//! | `analyze`      | `POST /api/v1/analyze`            | `analyze`      |
//! | `list_reports` | `GET /api/v1/reports`             | `view_reports` |
//! | `get_report`   | `GET /api/v1/reports/{report_id}` | `view_reports` |
//!
//! 1. [`http`] reads the upload as it arrives and writes the answers.
//! 2. [`service`] puts the analysis, the quota and the stored report in order.
//! 3. [`analysis`] is the analysis itself: pure, from bytes to a report.
//! 4. [`store`] runs the statements in `sql/`.
//!
//! ## What the tenant's audit log has of it
//!
//! | Entry            | When                                                                                     |
//! |------------------|------------------------------------------------------------------------------------------|
//! | `report.created` | with each report that is stored, in the batch that stores it and counts its rows          |
//! | `report.read`    | before a report is answered, once an hour for the same caller, network and report         |
//! | `report.listed`  | before a page of reports is answered, once an hour for the same caller and network        |
//!
//! `dataset` is the report's id, for a list `reports`; the file's name is in no entry. Who called is the actor, and the
//! address is sealed under that person's key. A file that is refused is not kept, and leaves no entry. What can't be noted
//! isn't answered.

pub mod analysis;
mod error;
mod http;
mod report;
mod service;
mod store;

use insula_domain::permission::Permission;
use insula_kit::openapi::{Answer, Doc, Media};
use insula_kit::page::{self, Page};
use insula_kit::problem::Kind;
use insula_kit::route::{Access, Body, Method, Route};
use insula_kit::{Cx, Problem, Request, Response};

use crate::http::analyze::AnalyzeForm;
use crate::http::view::{ReportView, SummaryView};

/// The problems of this group.
pub static KINDS: &[&Kind] = error::KINDS;

/// Every operation of this component.
pub const ROUTES: &[Route<Operation>] = &[
    Route {
        method: Method::Post,
        path: "/api/v1/analyze",
        operation: Operation::Analyze,
        access: Access::Permission(Permission::Analyze),
        metered: true,
        creates: true,
        body: Body::Upload(Media::of::<AnalyzeForm>("multipart/form-data")),
        doc: Doc {
            id: "analyze",
            summary: "Analyse a CSV file",
            about: "Reads the file as it arrives, counts its rows against `rows_analyzed`, and stores the report. A file \
                    that can't be analysed is refused with its line and the reason; it is not stored, and its rows are \
                    not counted. With an `Idempotency-Key`, equal means the same parts with the same contents.",
            query: &[],
            answers: &[Answer::json::<ReportView>(201, "The report, stored.")],
            problems: &[&insula_kit::problem::QUOTA_EXCEEDED, &error::NOT_ANALYZABLE],
        },
    },
    Route {
        method: Method::Get,
        path: "/api/v1/reports",
        operation: Operation::ListReports,
        access: Access::Permission(Permission::ViewReports),
        metered: true,
        creates: false,
        body: Body::None,
        doc: Doc {
            id: "list_reports",
            summary: "List the stored reports",
            about: "The tenant's audit log has `report.listed` of it, once an hour for the same caller and network.",
            query: page::QUERY,
            answers: &[Answer::json::<Page<SummaryView>>(200, "A page of reports, oldest first.")],
            problems: &[],
        },
    },
    Route {
        method: Method::Get,
        path: "/api/v1/reports/{report_id}",
        operation: Operation::GetReport,
        access: Access::Permission(Permission::ViewReports),
        metered: true,
        creates: false,
        body: Body::None,
        doc: Doc {
            id: "get_report",
            summary: "Read a stored report",
            about: "The tenant's audit log has `report.read` of it, once an hour for the same caller, network and report.",
            query: &[],
            answers: &[Answer::json::<ReportView>(200, "The report.")],
            problems: &[],
        },
    },
];

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Analyse a file.
    Analyze,
    /// List reports.
    ListReports,
    /// Read one report.
    GetReport,
}

/// Runs the operation.
///
/// # Errors
///
/// The problem that the client is told.
pub async fn dispatch(operation: Operation, cx: &Cx, request: Request) -> Result<Response, Problem> {
    match operation {
        Operation::Analyze => http::analyze::handle(cx, request).await,
        Operation::ListReports => http::list::handle(cx, &request).await,
        Operation::GetReport => http::get::handle(cx, &request).await,
    }
}

insula_kit::component!(ROUTES, dispatch);
