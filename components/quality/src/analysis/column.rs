//! One column: its type, what is missing, what differs, and the figures of a numeric one.

use std::ops::ControlFlow;

use super::cell::{Cell, Kind};
use super::duplicates::RowKeys;
use super::fingerprint;
use super::kinds::KindCounts;
use super::memo::Memo;
use super::report::{ColumnReport, ColumnType};
use super::table::Table;
use super::{distinct, numeric, outliers};

/// How many lines with values of another type are listed.
const MISMATCH_EXAMPLES: usize = 10;

/// Describes one column, and adds its cells to the keys of their rows.
pub(super) fn describe(table: &Table, column: usize, keys: &mut RowKeys) -> ColumnReport {
    let Scan { counts, values } = scan(table, column, keys);
    let column_type = counts.column_type();
    let is_numeric = matches!(column_type, ColumnType::Integer | ColumnType::Number);
    let (distinct, numbers) = if counts.only_numbers() {
        split_numbers(values)
    } else if counts.no_numbers() {
        let mut fingerprints = values;
        (distinct::sort_and_count(&mut fingerprints), Vec::new())
    } else {
        drop(values);
        rescan(table, column, is_numeric, &counts)
    };
    let numeric = if is_numeric { numeric::summarize(&numbers) } else { None };
    let mismatched = counts.present() - counts.matching(|kind| fits(kind, column_type));
    ColumnReport {
        name: table.name(column).to_owned(),
        column_type,
        missing: counts.of(Kind::Missing),
        distinct,
        mismatched,
        mismatched_lines: if mismatched == 0 { Vec::new() } else { mismatches(table, column, column_type) },
        outliers: numeric.as_ref().map(|summary| outliers::find(table, column, &numbers, summary)),
        numeric,
    }
}

/// What one pass over a column finds.
struct Scan {
    counts: KindCounts,
    /// For each value that is there: a number's bits in sortable form, anything else's fingerprint.
    values: Vec<u64>,
}

fn scan(table: &Table, column: usize, keys: &mut RowKeys) -> Scan {
    let mut memo = Memo::new();
    let mut counts = KindCounts::default();
    let mut values = Vec::with_capacity(table.rows());
    table.cells(column).enumerate().for_each(|(row, text)| {
        let known = memo.look_up(text);
        keys.add(row, known.exact, known.folded);
        counts.add(known.kind);
        if known.kind != Kind::Missing {
            values.push(known.value);
        }
    });
    Scan { counts, values }
}

/// The number of different numbers, and all of them sorted. The memory stays the same.
fn split_numbers(mut values: Vec<u64>) -> (u64, Vec<f64>) {
    let distinct = distinct::sort_and_count(&mut values);
    (distinct, values.into_iter().map(fingerprint::from_ordered_bits).collect())
}

/// The same for a column that holds numbers and other values, or numbers too large to tell apart by value.
fn rescan(table: &Table, column: usize, is_numeric: bool, counts: &KindCounts) -> (u64, Vec<f64>) {
    // Reserved exactly: a vector that grows by itself needs up to three times its memory on the way.
    let exact_numbers = if is_numeric { counts.exact_numbers() } else { 0 };
    let mut numbers = Vec::with_capacity(exact_numbers as usize);
    let mut others = Vec::with_capacity((counts.present() - exact_numbers) as usize);
    let mut wide = Vec::new();
    table.cells(column).for_each(|text| {
        let cell = Cell::classify(text);
        match cell.kind {
            Kind::Missing => {}
            Kind::Integer | Kind::Decimal if is_numeric => {
                numbers.push(fingerprint::ordered_bits(cell.number))
            }
            Kind::WideInteger if is_numeric => {
                wide.push(cell.number);
                others.push(fingerprint::exact(text.trim_ascii()));
            }
            Kind::Integer
            | Kind::WideInteger
            | Kind::Decimal
            | Kind::Boolean
            | Kind::Date
            | Kind::DateTime
            | Kind::Text => others.push(fingerprint::exact(text)),
        }
    });
    let distinct_others = distinct::sort_and_count(&mut others);
    drop(others);
    let (distinct_numbers, mut numbers) = split_numbers(numbers);
    if !wide.is_empty() {
        numbers.append(&mut wide);
        numbers.sort_unstable_by(f64::total_cmp);
    }
    (distinct_numbers + distinct_others, numbers)
}

fn mismatches(table: &Table, column: usize, column_type: ColumnType) -> Vec<u64> {
    let mut lines = Vec::new();
    let _stopped = table.cells(column).enumerate().try_for_each(|(row, text)| {
        let kind = Cell::classify(text).kind;
        if kind != Kind::Missing && !fits(kind, column_type) {
            lines.push(table.line(row));
        }
        if lines.len() < MISMATCH_EXAMPLES { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    lines
}

/// Whether a value of this kind belongs into a column of this type.
fn fits(kind: Kind, column_type: ColumnType) -> bool {
    match column_type {
        ColumnType::Integer => matches!(kind, Kind::Integer | Kind::WideInteger),
        ColumnType::Number => matches!(kind, Kind::Integer | Kind::WideInteger | Kind::Decimal),
        ColumnType::Boolean => kind == Kind::Boolean,
        ColumnType::Date => kind == Kind::Date,
        ColumnType::Datetime => matches!(kind, Kind::Date | Kind::DateTime),
        ColumnType::Text | ColumnType::Empty => kind != Kind::Missing,
    }
}
