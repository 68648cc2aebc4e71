//! Promises of the analysis as a whole, on small files whose figures can be checked by hand.

mod chunks;
mod columns;
mod duplicates;
mod labels;
mod order;
mod penguins;
mod refusals;

use super::*;

/// Parses a file that arrives in one piece.
fn parse(csv: &[u8], label_column: Option<&str>) -> Result<Parsed, Refusal> {
    let mut analyzer = Analyzer::new(Options { label_column: label_column.map(str::to_owned) });
    analyzer.push(csv)?;
    analyzer.finish()
}

/// The report on a good file without labels.
fn report(csv: &str) -> Report {
    parse(csv.as_bytes(), None).unwrap().analyze()
}

/// The report on a good file with labels.
fn labelled_report(csv: &str, label_column: &str) -> Report {
    parse(csv.as_bytes(), Some(label_column)).unwrap().analyze()
}

/// The only refusal of a bad file.
fn refusal(csv: &[u8]) -> Refusal {
    parse(csv, None).unwrap_err()
}
