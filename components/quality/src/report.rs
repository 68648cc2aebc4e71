//! A report as it is kept.

use insula_kit::id::{ReportId, TenantId};
use insula_kit::time::Timestamp;

use crate::analysis::Report;

/// What is known of a report without its contents.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// Its id.
    pub id: ReportId,
    /// When it was made.
    pub created_at: Timestamp,
    /// The name that the client gave the file, if any.
    pub file_name: Option<String>,
    /// The column that holds the labels, if one was named.
    pub label_column: Option<String>,
    /// Rows of the file.
    pub rows: i64,
    /// Columns of the file.
    pub columns: i64,
    /// The overall score, 0 to 100.
    pub score: f64,
}

/// A report on its way to the database.
#[derive(Clone, Debug)]
pub struct NewReport {
    /// Whose it is.
    pub tenant_id: TenantId,
    /// The key or the person that asked for it.
    pub created_by: String,
    /// What is listed of it.
    pub summary: Summary,
    /// Its contents.
    pub report: Report,
}
