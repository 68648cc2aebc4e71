//! One figure for a file's quality, as a pure function of what was found.

use super::report::{ColumnReport, ColumnType, Duplicates, LabelReport, Score};

/// How much each part counts in the overall score.
const COMPLETENESS: f64 = 3.0;
const UNIQUENESS: f64 = 2.0;
const VALIDITY: f64 = 2.0;
const LABELS: f64 = 3.0;

/// Scores a file. The formula is in the documentation of [`Score`] and its fields.
pub(super) fn of(
    rows: u64,
    columns: &[ColumnReport],
    duplicates: &Duplicates,
    labels: Option<&LabelReport>,
) -> Score {
    let completeness = completeness(rows, columns);
    let uniqueness = uniqueness(rows, duplicates);
    let validity = validity(rows, columns);
    let labels = labels.and_then(|report| label_quality(rows, report));
    let parts = [
        (COMPLETENESS, Some(completeness)),
        (UNIQUENESS, Some(uniqueness)),
        (VALIDITY, validity),
        (LABELS, labels),
    ];
    let (mut total, mut weights) = (0.0, 0.0);
    for (weight, part) in parts {
        total += weight * part.unwrap_or(0.0);
        weights += if part.is_some() { weight } else { 0.0 };
    }
    Score {
        overall: points(total / weights),
        completeness: points(completeness),
        uniqueness: points(uniqueness),
        validity: validity.map(points),
        labels: labels.map(points),
    }
}

fn completeness(rows: u64, columns: &[ColumnReport]) -> f64 {
    let missing: u64 = columns.iter().map(|column| column.missing).sum();
    1.0 - share(missing as f64, rows * columns.len() as u64)
}

fn uniqueness(rows: u64, duplicates: &Duplicates) -> f64 {
    1.0 - share(duplicates.exact.rows as f64 + 0.5 * duplicates.near.rows as f64, rows)
}

fn validity(rows: u64, columns: &[ColumnReport]) -> Option<f64> {
    let (mut values, mut bad) = (0, 0);
    for column in columns {
        if matches!(column.column_type, ColumnType::Text | ColumnType::Empty) {
            continue;
        }
        values += rows - column.missing;
        bad += column.mismatched;
        // A column of two values, such as a flag, has a rare one and a frequent one, but nothing far out.
        if column.distinct > 2 {
            bad += column.outliers.as_ref().map_or(0, |outliers| outliers.both);
        }
    }
    (values > 0).then(|| 1.0 - share(bad as f64, values))
}

fn label_quality(rows: u64, labels: &LabelReport) -> Option<f64> {
    let balance = labels.balance?;
    let labelled = 1.0 - share(labels.missing as f64, rows);
    let issues = &labels.issues;
    let quality = if issues.examined_rows == 0 {
        balance
    } else {
        0.7 * (1.0 - share(issues.suspected as f64, issues.examined_rows)) + 0.3 * balance
    };
    Some(quality * labelled)
}

/// `part` of `whole`; nothing of nothing is nothing.
fn share(part: f64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part / whole as f64 }
}

/// From a share to points, with one decimal.
fn points(share: f64) -> f64 {
    (share.clamp(0.0, 1.0) * 1000.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::super::report::{DuplicateSummary, LabelIssues, Outliers};
    use super::*;

    fn column(
        column_type: ColumnType,
        missing: u64,
        mismatched: u64,
        distinct: u64,
        both: u64,
    ) -> ColumnReport {
        let outliers = Outliers {
            lower_fence: 0.0,
            upper_fence: 0.0,
            iqr: both,
            z_score: both,
            both,
            examples: Vec::new(),
        };
        ColumnReport {
            name: String::new(),
            column_type,
            missing,
            distinct,
            mismatched,
            mismatched_lines: Vec::new(),
            numeric: None,
            outliers: Some(outliers),
        }
    }

    fn duplicates(exact: u64, near: u64) -> Duplicates {
        let summary = |rows| DuplicateSummary { rows, groups: rows, examples: Vec::new() };
        Duplicates { exact: summary(exact), near: summary(near) }
    }

    fn labels(missing: u64, balance: f64, examined_rows: u64, suspected: u64) -> LabelReport {
        LabelReport {
            column: String::new(),
            missing,
            class_count: Some(2),
            classes: Vec::new(),
            imbalance_ratio: Some(1.0),
            balance: Some(balance),
            issues: LabelIssues {
                examined_rows,
                columns: Vec::new(),
                suspected,
                examples: Vec::new(),
                skipped: None,
            },
        }
    }

    #[test]
    fn a_file_without_fault_has_every_point() {
        let columns = [column(ColumnType::Integer, 0, 0, 10, 0)];
        let score = of(10, &columns, &duplicates(0, 0), Some(&labels(0, 1.0, 10, 0)));

        assert_eq!((score.overall, score.completeness, score.uniqueness), (100.0, 100.0, 100.0));
        assert_eq!((score.validity, score.labels), (Some(100.0), Some(100.0)));
    }

    #[test]
    fn each_part_is_the_share_that_its_documentation_says() {
        // 20 cells, 2 missing; 10 rows, 1 repeated and 2 nearly; 8 integers, 1 not one and 1 far out.
        let columns = [column(ColumnType::Integer, 2, 1, 5, 1), column(ColumnType::Text, 0, 0, 5, 0)];
        let score = of(10, &columns, &duplicates(1, 2), Some(&labels(1, 0.5, 10, 2)));

        assert_eq!(score.completeness, 90.0);
        assert_eq!(score.uniqueness, 80.0);
        assert_eq!(score.validity, Some(75.0));
        // (0.7 * 0.8 + 0.3 * 0.5) * 0.9
        assert_eq!(score.labels, Some(63.9));
        // (3 * 90 + 2 * 80 + 2 * 75 + 3 * 63.9) / 10
        assert_eq!(score.overall, 77.2);
    }

    #[test]
    fn a_part_that_does_not_apply_is_left_out_of_the_mean() {
        let columns = [column(ColumnType::Text, 5, 0, 5, 0)];
        let score = of(10, &columns, &duplicates(0, 0), None);

        assert_eq!((score.validity, score.labels), (None, None));
        // (3 * 50 + 2 * 100) / 5
        assert_eq!(score.overall, 70.0);
    }

    #[test]
    fn the_rare_value_of_a_flag_is_no_fault() {
        let score = of(10, &[column(ColumnType::Integer, 0, 0, 2, 1)], &duplicates(0, 0), None);

        assert_eq!(score.validity, Some(100.0));
    }
}
