//! Why a file is refused, and on which line.

use std::fmt;

/// A file that cannot be analysed: the first thing that is wrong with it.
///
/// Its text names positions and limits and never repeats what a cell holds, so that it may be logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The physical line, counted from 1, on which the trouble is or on which the row that has it begins.
    pub line: Option<u64>,
    /// The column's name as the header or the caller gave it, where the trouble is with one column.
    pub column: Option<String>,
    /// What is wrong.
    pub reason: Reason,
}

/// What can be wrong with a file. [`Reason::code`] is the stable name of each.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// There is nothing but blank lines, or nothing at all.
    #[error("the file is empty")]
    Empty,
    /// There is a header and not one row of data.
    #[error("the file has a header and no rows")]
    HeaderOnly,
    /// A byte sequence is not UTF-8.
    #[error("the text is not UTF-8")]
    NotUtf8,
    /// There is a zero byte, which no text file has.
    #[error("there is a zero byte: this is a binary file, not CSV")]
    Binary,
    /// The file ends inside a quoted field.
    #[error("a quoted field of the row that begins here is never closed")]
    UnterminatedQuote,
    /// A row is wider or narrower than the header.
    #[error("the row has {found} fields where the header has {expected}")]
    RaggedRow {
        /// Columns in the header.
        expected: u64,
        /// Fields in the row.
        found: u64,
    },
    /// The header or a row has more fields than are analysed.
    #[error("there are more than {limit} columns")]
    TooManyColumns {
        /// The most columns a file may have.
        limit: u64,
    },
    /// The file has more rows than fit in memory.
    #[error("there are more than {limit} rows")]
    TooManyRows {
        /// The most rows a file may have.
        limit: u64,
    },
    /// One field is too long, often because a quote is not closed.
    #[error("a field is longer than {limit_bytes} bytes, perhaps because a quote is not closed")]
    FieldTooLong {
        /// The longest a field may be.
        limit_bytes: u64,
    },
    /// One row is too long.
    #[error("the row is longer than {limit_bytes} bytes")]
    RowTooLong {
        /// The longest a row may be.
        limit_bytes: u64,
    },
    /// Two columns have one name, so that a report could not tell them apart.
    #[error("columns {first} and {second} have the same name")]
    DuplicateColumn {
        /// Position of the first of the two, counted from 1.
        first: u64,
        /// Position of the second of the two, counted from 1.
        second: u64,
    },
    /// The header does not have the label column that the caller named.
    #[error("the header has no column of the label column's name")]
    UnknownLabelColumn,
}

impl Reason {
    /// The stable name of this reason, for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::HeaderOnly => "header_only",
            Self::NotUtf8 => "not_utf8",
            Self::Binary => "binary",
            Self::UnterminatedQuote => "unterminated_quote",
            Self::RaggedRow { .. } => "ragged_row",
            Self::TooManyColumns { .. } => "too_many_columns",
            Self::TooManyRows { .. } => "too_many_rows",
            Self::FieldTooLong { .. } => "field_too_long",
            Self::RowTooLong { .. } => "row_too_long",
            Self::DuplicateColumn { .. } => "duplicate_column",
            Self::UnknownLabelColumn => "unknown_label_column",
        }
    }
}

impl Refusal {
    /// A refusal of the whole file.
    pub(super) fn of_file(reason: Reason) -> Self {
        Self { line: None, column: None, reason }
    }

    /// A refusal because of one line.
    pub(super) fn at_line(line: u64, reason: Reason) -> Self {
        Self { line: Some(line), column: None, reason }
    }

    /// Adds the name of the column that the refusal is about.
    pub(super) fn in_column(self, name: &str) -> Self {
        Self { column: Some(name.to_owned()), ..self }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(formatter, "line {line}: {}", self.reason),
            None => write!(formatter, "{}", self.reason),
        }
    }
}

impl std::error::Error for Refusal {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_names_the_line_and_the_figures_and_not_the_column() {
        let refusal =
            Refusal::at_line(7, Reason::RaggedRow { expected: 4, found: 3 }).in_column("secret name");

        assert_eq!(refusal.to_string(), "line 7: the row has 3 fields where the header has 4");
        assert_eq!(refusal.reason.code(), "ragged_row");
    }

    #[test]
    fn a_refusal_of_the_whole_file_names_no_line() {
        assert_eq!(Refusal::of_file(Reason::Empty).to_string(), "the file is empty");
    }
}
