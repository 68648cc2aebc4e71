//! The JSON shapes of reports.

use serde::Serialize;
use utoipa::ToSchema;

use crate::analysis::Report;
use crate::report::{NewReport, Summary};

/// A report in a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReportSummary)]
pub struct SummaryView {
    /// Its id.
    #[schema(example = "rep_01h455vb4pex5vsknk084sn02q")]
    pub id: String,
    /// When it was made.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// The name that the client gave the file.
    #[schema(required)]
    pub file_name: Option<String>,
    /// The column that holds the labels.
    #[schema(required)]
    pub label_column: Option<String>,
    /// Rows of the file, the header not among them.
    pub rows: i64,
    /// Columns of the file.
    pub columns: i64,
    /// The overall score, 0 to 100.
    pub score: f64,
}

/// A report with its contents.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StoredReport)]
pub struct ReportView<'a> {
    /// Its id.
    #[schema(example = "rep_01h455vb4pex5vsknk084sn02q")]
    pub id: String,
    /// When it was made.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// The name that the client gave the file.
    #[schema(required)]
    pub file_name: Option<&'a str>,
    /// The column that holds the labels.
    #[schema(required)]
    pub label_column: Option<&'a str>,
    /// What was found.
    pub report: &'a Report,
}

impl From<Summary> for SummaryView {
    fn from(summary: Summary) -> Self {
        Self {
            id: summary.id.to_string(),
            created_at: summary.created_at.to_rfc3339(),
            file_name: summary.file_name,
            label_column: summary.label_column,
            rows: summary.rows,
            columns: summary.columns,
            score: summary.score,
        }
    }
}

impl<'a> From<&'a NewReport> for ReportView<'a> {
    fn from(new: &'a NewReport) -> Self {
        Self {
            id: new.summary.id.to_string(),
            created_at: new.summary.created_at.to_rfc3339(),
            file_name: new.summary.file_name.as_deref(),
            label_column: new.summary.label_column.as_deref(),
            report: &new.report,
        }
    }
}
