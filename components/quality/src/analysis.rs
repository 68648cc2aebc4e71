//! The analysis of one CSV file, from a stream of bytes to a [`Report`]. Pure: no I/O, no clock, no
//! randomness.
//!
//! 1. [`Analyzer`] takes the bytes as they arrive, checks them and keeps the cells, column by column.
//! 2. [`Analyzer::finish`] ends the file: from here on the number of rows is known, and nothing can be
//!    refused.
//! 3. [`Parsed::analyze`] does the expensive part and cannot fail.
//!
//! The same bytes give the same report wherever their chunks were cut, on every machine.
//!
//! Memory: the cells are kept once, in at most about the size of the file; the analysis adds 24 bytes a row.
//! With [`MAX_ROWS`] that is under 190 MiB for a file of 64 MiB, whatever is in it. Time: linear in the bytes,
//! plus sorting each column, plus a search for neighbours whose work is capped.

mod cell;
mod column;
mod date;
mod distinct;
mod duplicates;
mod encoding;
mod fingerprint;
mod header;
mod kinds;
mod labels;
mod memo;
mod neighbours;
mod number;
mod numeric;
mod outliers;
mod parse;
mod record;
mod refusal;
mod report;
mod score;
mod table;

#[cfg(test)]
mod tests;

pub use parse::{Analyzer, MAX_COLUMNS, MAX_FIELD_BYTES, MAX_ROW_BYTES, MAX_ROWS};
pub use refusal::{Reason, Refusal};
pub use report::{
    ClassShare, ColumnReport, ColumnType, DuplicateGroup, DuplicateSummary, Duplicates, LabelIssues,
    LabelReport, NumericSummary, OutlierExample, Outliers, Report, Score, SkipReason, SuspectedLabel,
};

use table::Table;

/// What the caller wants to know beyond the file itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The column that holds the class of each row; its balance and its mistakes are then part of the report.
    pub label_column: Option<String>,
}

/// A complete, well-formed file that is ready to be analysed.
#[derive(Debug)]
pub struct Parsed {
    table: Table,
    /// Index of the label column.
    label: Option<usize>,
}

impl Parsed {
    /// Rows of data, the header not counted.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.table.rows() as u64
    }

    /// Names the label column of a file that was read without one.
    pub fn with_label(mut self, label_column: &str) -> Result<Self, Refusal> {
        let found = (0..self.table.columns()).find(|index| self.table.name(*index) == label_column.trim());
        let Some(label) = found else {
            return Err(Refusal::at_line(1, Reason::UnknownLabelColumn).in_column(label_column));
        };
        self.label = Some(label);
        Ok(self)
    }

    /// Computes the whole report.
    #[must_use]
    pub fn analyze(&self) -> Report {
        let table = &self.table;
        let mut keys = duplicates::RowKeys::new(table.rows());
        let columns: Vec<ColumnReport> =
            (0..table.columns()).map(|index| column::describe(table, index, &mut keys)).collect();
        let duplicates = duplicates::summarize(table, keys);
        let labels = self.label.map(|label| labels::describe(table, label, &columns));
        let missing_cells = columns.iter().map(|column| column.missing).sum();
        Report {
            rows: self.rows(),
            column_count: table.columns() as u64,
            missing_cells,
            score: score::of(self.rows(), &columns, &duplicates, labels.as_ref()),
            columns,
            duplicates,
            labels,
        }
    }
}
