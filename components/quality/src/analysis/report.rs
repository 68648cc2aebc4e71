//! The report's shape: what a client reads. Lines are physical lines of the file, the header being line 1.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The quality of one CSV file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Report {
    /// Rows of data, the header not counted.
    pub rows: u64,
    /// Columns in the header.
    pub column_count: u64,
    /// Cells without a value, in all columns together.
    pub missing_cells: u64,
    /// The file's quality in one figure, and what it is made of.
    pub score: Score,
    /// Every column, in the order of the header.
    pub columns: Vec<ColumnReport>,
    /// Rows that repeat another row.
    pub duplicates: Duplicates,
    /// The classes and their mistakes, if a label column was named.
    pub labels: Option<LabelReport>,
}

/// Quality from 0 (worst) to 100 (best), rounded to one decimal. `overall` is the mean of the others,
/// weighted 3 for completeness, 2 for uniqueness, 2 for validity and 3 for labels; what is null is left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Score {
    /// The weighted mean of the parts.
    pub overall: f64,
    /// The share of cells that have a value.
    pub completeness: f64,
    /// The share of rows that repeat no other; a near duplicate counts half.
    pub uniqueness: f64,
    /// The share of values that have their column's type and are not outliers under both rules, among the
    /// columns that are not text; null if all columns are text or empty. Outliers of columns with fewer than
    /// three different values do not count.
    pub validity: Option<f64>,
    /// Seven tenths the share of examined rows whose label is not suspected, three tenths the classes'
    /// balance, together times the share of rows that have a label; without examined rows the balance alone.
    /// Null without a label column, and if it holds no usable classes.
    pub labels: Option<f64>,
}

/// What a column holds, decided by its values (cells that are not missing).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ColumnType {
    /// Numbers without decimal point and exponent.
    Integer,
    /// Numbers.
    Number,
    /// `true`, `false`, `yes`, `no`, in any case of letters.
    Boolean,
    /// Dates such as `2026-03-01`.
    Date,
    /// Dates with a time of day, as RFC 3339 writes them; offset and seconds may be absent, a space may
    /// replace the `T`.
    Datetime,
    /// Anything else.
    Text,
    /// No values at all.
    Empty,
}

/// One column.
///
/// Missing are empty cells, `?`, and in any case of letters `NA`, `N/A`, `NaN`, `null` and `none`, quoted or
/// not. Whitespace around a cell's text does not count for this nor for the type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ColumnReport {
    /// The name in the header, without whitespace around it.
    pub name: String,
    /// The narrowest type that at least 95 % of the values have.
    #[serde(rename = "type")]
    pub column_type: ColumnType,
    /// Cells without a value.
    pub missing: u64,
    /// Different values: numbers that are equal are one value however they are written, other values are
    /// compared byte by byte. Counted, not estimated.
    pub distinct: u64,
    /// Values that do not have the column's type.
    pub mismatched: u64,
    /// The lines of the first of them, at most 10.
    pub mismatched_lines: Vec<u64>,
    /// Figures of a numeric column; values that are not numbers are left out.
    pub numeric: Option<NumericSummary>,
    /// Outliers of a numeric column.
    pub outliers: Option<Outliers>,
}

/// Figures of a numeric column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NumericSummary {
    /// Numbers in the column.
    pub count: u64,
    /// The arithmetic mean; null if it is too large for a 64-bit float.
    pub mean: Option<f64>,
    /// The sample standard deviation (divided by n - 1); null for a single number.
    pub standard_deviation: Option<f64>,
    /// The smallest number.
    pub min: f64,
    /// The first quartile. All quartiles are interpolated linearly (Hyndman and Fan's type 7, as pandas and
    /// NumPy do).
    pub q1: f64,
    /// The median.
    pub median: f64,
    /// The third quartile.
    pub q3: f64,
    /// The largest number.
    pub max: f64,
}

/// Numbers far from the others of their column, under two rules.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Outliers {
    /// Tukey's lower fence: the first quartile less 1.5 times the interquartile range.
    pub lower_fence: f64,
    /// Tukey's upper fence: the third quartile plus 1.5 times the interquartile range.
    pub upper_fence: f64,
    /// Numbers outside the fences.
    pub iqr: u64,
    /// Numbers more than 3 standard deviations from the mean.
    pub z_score: u64,
    /// Numbers to which both apply.
    pub both: u64,
    /// The first of them in the file, at most 10.
    pub examples: Vec<OutlierExample>,
}

/// One outlier.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct OutlierExample {
    /// The line on which its row begins.
    pub line: u64,
    /// The number.
    pub value: f64,
    /// It is outside the fences.
    pub iqr: bool,
    /// It is more than 3 standard deviations from the mean.
    pub z_score: bool,
}

/// Rows that repeat another row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Duplicates {
    /// Rows whose every cell is the same, byte by byte after unquoting.
    pub exact: DuplicateSummary,
    /// Rows that are not the same, but are once missing values are all alike, numbers are compared by value
    /// (integers exactly, others to nine significant digits), and the rest is compared in lower case with
    /// each run of whitespace as one space and none around it. Of rows that are exactly the same only one is
    /// looked at.
    pub near: DuplicateSummary,
}

/// How many rows repeat another, and which.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DuplicateSummary {
    /// Rows that repeat an earlier one: how many would go if one of each group stayed.
    pub rows: u64,
    /// Groups of two or more rows that repeat each other.
    pub groups: u64,
    /// The groups that begin first, at most 20.
    pub examples: Vec<DuplicateGroup>,
}

/// Rows that repeat each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DuplicateGroup {
    /// Rows in the group.
    pub rows: u64,
    /// The lines of the first of them, at most 10.
    pub lines: Vec<u64>,
}

/// The classes of the label column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LabelReport {
    /// The label column's name.
    pub column: String,
    /// Rows without a label.
    pub missing: u64,
    /// How many classes there are; null if more than 1,000, which are not classes but numbers or free text.
    pub class_count: Option<u64>,
    /// The largest classes, at most 100, the largest first.
    pub classes: Vec<ClassShare>,
    /// Rows of the largest class divided by rows of the smallest; null without classes.
    pub imbalance_ratio: Option<f64>,
    /// The entropy of the classes divided by its maximum: 1 if all are equally large, near 0 if one has
    /// nearly all rows, 0 if there is only one; null without classes.
    pub balance: Option<f64>,
    /// Rows whose label their neighbours contradict.
    pub issues: LabelIssues,
}

/// One class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ClassShare {
    /// The label, cut after 100 characters.
    pub label: String,
    /// Rows that have it.
    pub rows: u64,
    /// Their share of the rows that have a label.
    pub share: f64,
}

/// Labels that are probably wrong: at least 4 of a row's 5 nearest neighbours share one label that is not the
/// row's.
///
/// Near is measured by Euclidean distance over the numeric columns, each standardised to mean 0 and deviation
/// 1, a missing value counting as the mean. Not used are the label column itself, columns of one value, and
/// columns of consecutive integers without repetition, which number the rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LabelIssues {
    /// Rows that were looked at, and among which the neighbours were sought: all that have a label if there
    /// are few enough, else evenly spaced ones. Few enough means at most 5,000, and at most the square root
    /// of 2^27 divided by the number of columns used (3,663 for 10 columns).
    pub examined_rows: u64,
    /// The columns over which distance was measured.
    pub columns: Vec<String>,
    /// Examined rows whose label is suspected.
    pub suspected: u64,
    /// The first of them in the file, at most 100.
    pub examples: Vec<SuspectedLabel>,
    /// Why nothing was examined; null if something was.
    pub skipped: Option<SkipReason>,
}

/// A row whose label its neighbours contradict.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SuspectedLabel {
    /// The line on which the row begins.
    pub line: u64,
    /// The row's label, cut after 100 characters.
    pub given: String,
    /// The label that its neighbours share, cut after 100 characters.
    pub suggested: String,
    /// How many of its 5 nearest neighbours share it.
    pub agreeing: u64,
}

/// Why no row's label was examined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SkipReason {
    /// The label column has no values, or all are the same.
    FewerThanTwoClasses,
    /// The label column has more than 1,000 different values.
    TooManyClasses,
    /// There are fewer than 6 rows with a label.
    TooFewRows,
    /// There is no numeric column with two different values.
    NoNumericColumns,
}
