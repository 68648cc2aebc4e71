//! The label column: how its classes are balanced, and which rows are probably in the wrong one.

use std::collections::BTreeMap;

use super::cell::{Cell, Kind};
use super::neighbours::{self, NEIGHBOURS, Points, Suspect};
use super::report::{
    ClassShare, ColumnReport, ColumnType, LabelIssues, LabelReport, SkipReason, SuspectedLabel,
};
use super::table::Table;

/// More different labels than this are not classes.
const MAX_CLASSES: usize = 1_000;

/// How many classes and how many suspected rows are listed, and how much of a label is shown.
const CLASS_EXAMPLES: usize = 100;
const SUSPECT_EXAMPLES: usize = 100;
const LABEL_CHARACTERS: usize = 100;

/// The most rows that are examined, and the most differences of two numbers that are computed for it.
const MAX_EXAMINED: usize = 5_000;
const MAX_DIFFERENCES: usize = 1 << 27;

/// Describes the label column, given the reports of all columns.
pub(super) fn describe(table: &Table, label: usize, columns: &[ColumnReport]) -> LabelReport {
    let classes = Classes::count(table, label);
    let issues = match &classes {
        None => skipped(SkipReason::TooManyClasses),
        Some(classes) => find_issues(table, label, columns, classes),
    };
    let balance = classes.as_ref().filter(|classes| classes.labelled > 0);
    LabelReport {
        column: table.name(label).to_owned(),
        missing: columns[label].missing,
        class_count: classes.as_ref().map(|classes| classes.rows.len() as u64),
        imbalance_ratio: balance.map(Classes::imbalance_ratio),
        balance: balance.map(Classes::balance),
        classes: classes.as_ref().map(Classes::largest).unwrap_or_default(),
        issues,
    }
}

/// The classes and their sizes. A class is a label without the whitespace around it.
struct Classes<'a> {
    indexes: BTreeMap<&'a [u8], u32>,
    names: Vec<&'a [u8]>,
    rows: Vec<u64>,
    labelled: u64,
}

impl<'a> Classes<'a> {
    /// `None` if there are too many to be classes.
    fn count(table: &'a Table, label: usize) -> Option<Self> {
        let mut classes = Self { indexes: BTreeMap::new(), names: Vec::new(), rows: Vec::new(), labelled: 0 };
        table.cells(label).try_for_each(|text| {
            let Some(name) = label_of(text) else { return Some(()) };
            let next = classes.names.len();
            let index = *classes.indexes.entry(name).or_insert(next as u32) as usize;
            if index == next {
                if next == MAX_CLASSES {
                    return None;
                }
                classes.names.push(name);
                classes.rows.push(0);
            }
            classes.rows[index] += 1;
            classes.labelled += 1;
            Some(())
        })?;
        Some(classes)
    }

    fn imbalance_ratio(&self) -> f64 {
        let largest = self.rows.iter().max().copied().unwrap_or(1);
        let smallest = self.rows.iter().min().copied().unwrap_or(1);
        largest as f64 / smallest as f64
    }

    fn balance(&self) -> f64 {
        if self.rows.len() < 2 {
            return 0.0;
        }
        let mut sizes = self.rows.clone();
        // In the order of their sizes, so that the order of the rows can't change the last digit.
        sizes.sort_unstable();
        let entropy: f64 = sizes.iter().map(|rows| self.share(*rows)).map(|share| -share * share.ln()).sum();
        (entropy / (sizes.len() as f64).ln()).clamp(0.0, 1.0)
    }

    fn largest(&self) -> Vec<ClassShare> {
        let mut order: Vec<usize> = (0..self.names.len()).collect();
        order.sort_unstable_by_key(|index| (std::cmp::Reverse(self.rows[*index]), self.names[*index]));
        order.truncate(CLASS_EXAMPLES);
        let class = |index: usize| ClassShare {
            label: shown(self.names[index]),
            rows: self.rows[index],
            share: self.share(self.rows[index]),
        };
        order.into_iter().map(class).collect()
    }

    fn share(&self, rows: u64) -> f64 {
        rows as f64 / self.labelled as f64
    }
}

fn find_issues(table: &Table, label: usize, columns: &[ColumnReport], classes: &Classes<'_>) -> LabelIssues {
    let used: Vec<usize> = (0..columns.len())
        .filter(|index| *index != label && is_measure(&columns[*index], table.rows() as u64))
        .collect();
    if classes.names.len() < 2 {
        return skipped(SkipReason::FewerThanTwoClasses);
    }
    if classes.labelled <= NEIGHBOURS as u64 {
        return skipped(SkipReason::TooFewRows);
    }
    if used.is_empty() {
        return skipped(SkipReason::NoNumericColumns);
    }
    let limit = MAX_EXAMINED.min((MAX_DIFFERENCES / used.len()).isqrt());
    let sample = Sample::take(table, label, classes, limit);
    let points = Points {
        columns: used.iter().map(|index| sample.standardised(table, *index, &columns[*index])).collect(),
        classes: sample.classes,
    };
    let suspects = neighbours::suspects(&points);
    let example = |suspect: &Suspect| SuspectedLabel {
        line: table.line(sample.rows[suspect.point]),
        given: shown(classes.names[points.classes[suspect.point] as usize]),
        suggested: shown(classes.names[suspect.suggested as usize]),
        agreeing: suspect.agreeing,
    };
    LabelIssues {
        examined_rows: sample.rows.len() as u64,
        columns: used.iter().map(|index| columns[*index].name.clone()).collect(),
        suspected: suspects.len() as u64,
        examples: suspects.iter().take(SUSPECT_EXAMPLES).map(example).collect(),
        skipped: None,
    }
}

/// Whether distances may be measured in this column: numbers that differ and do not merely number the rows.
fn is_measure(column: &ColumnReport, rows: u64) -> bool {
    let Some(numeric) = &column.numeric else { return false };
    let numbers_rows = column.column_type == ColumnType::Integer
        && column.distinct == rows
        && numeric.max - numeric.min == rows as f64 - 1.0;
    numeric.standard_deviation.is_some_and(|deviation| deviation > 0.0)
        && numeric.mean.is_some()
        && !numbers_rows
}

/// Evenly spaced rows that have a label.
struct Sample {
    rows: Vec<usize>,
    classes: Vec<u32>,
}

impl Sample {
    fn take(table: &Table, label: usize, classes: &Classes<'_>, limit: usize) -> Self {
        let labelled = classes.labelled as usize;
        let size = labelled.min(limit);
        let mut sample = Self { rows: Vec::with_capacity(size), classes: Vec::with_capacity(size) };
        let mut position = 0;
        table.cells(label).enumerate().for_each(|(row, text)| {
            let Some(class) = label_of(text).and_then(|name| classes.indexes.get(name)) else { return };
            // In 64 bits: on a 32-bit machine the product would overflow.
            let wanted = (sample.rows.len() as u64 * labelled as u64) / size as u64;
            if position == wanted {
                sample.rows.push(row);
                sample.classes.push(*class);
            }
            position += 1;
        });
        sample
    }

    /// The sampled rows' numbers in one column, in standard deviations from the column's mean; 0 where there
    /// is none.
    fn standardised(&self, table: &Table, column: usize, report: &ColumnReport) -> Vec<f32> {
        let (mean, deviation) = match &report.numeric {
            Some(numeric) => (numeric.mean.unwrap_or(0.0), numeric.standard_deviation.unwrap_or(1.0)),
            None => (0.0, 1.0),
        };
        let mut values = Vec::with_capacity(self.rows.len());
        table.cells(column).enumerate().for_each(|(row, text)| {
            if self.rows.get(values.len()) == Some(&row) {
                let cell = Cell::classify(text);
                let is_number = matches!(cell.kind, Kind::Integer | Kind::WideInteger | Kind::Decimal);
                values.push(if is_number { ((cell.number - mean) / deviation) as f32 } else { 0.0 });
            }
        });
        values
    }
}

/// The label in a cell, if there is one.
fn label_of(text: &[u8]) -> Option<&[u8]> {
    (Cell::classify(text).kind != Kind::Missing).then(|| text.trim_ascii())
}

fn shown(label: &[u8]) -> String {
    String::from_utf8_lossy(label).chars().take(LABEL_CHARACTERS).collect()
}

fn skipped(reason: SkipReason) -> LabelIssues {
    LabelIssues {
        examined_rows: 0,
        columns: Vec::new(),
        suspected: 0,
        examples: Vec::new(),
        skipped: Some(reason),
    }
}
