//! What the order of the rows must not change, and bounds that no file may break.

use proptest::prelude::*;

use super::*;

fn rows() -> impl Strategy<Value = Vec<String>> {
    let number = prop_oneof![
        6 => (-1000_i32..1000).prop_map(|number| number.to_string()),
        3 => (-10.0..10.0).prop_map(|number: f64| number.to_string()),
        1 => Just("NA".to_owned()),
        1 => Just("x".to_owned()),
    ];
    let text = prop_oneof![Just("a"), Just("A"), Just("b "), Just(""), Just("b")];
    let row = (number, text, 0..3).prop_map(|(number, text, class)| format!("{number},{text},{class}"));
    prop::collection::vec(row, 1..60)
}

fn analyze(rows: &[String]) -> Report {
    labelled_report(&format!("n,t,c\n{}\n", rows.join("\n")), "c")
}

/// The report without what names lines, which move with their rows.
fn without_lines(mut report: Report) -> Report {
    for column in &mut report.columns {
        column.mismatched_lines.clear();
        if let Some(outliers) = &mut column.outliers {
            outliers.examples.clear();
        }
    }
    report.duplicates.exact.examples.clear();
    report.duplicates.near.examples.clear();
    report
}

proptest! {
    #[test]
    fn the_order_of_the_rows_does_not_change_columns_duplicates_and_classes(
        (rows, shuffled) in rows().prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle())),
    ) {
        let (left, right) = (without_lines(analyze(&rows)), without_lines(analyze(&shuffled)));

        prop_assert_eq!(left.columns, right.columns);
        prop_assert_eq!(left.duplicates, right.duplicates);
        let (left, right) = (left.labels.unwrap(), right.labels.unwrap());
        prop_assert_eq!(left.classes, right.classes);
        prop_assert_eq!(left.balance, right.balance);
    }

    #[test]
    fn no_count_exceeds_what_there_is_to_count(rows in rows()) {
        let report = analyze(&rows);
        let duplicates = &report.duplicates;

        prop_assert_eq!(report.rows, rows.len() as u64);
        prop_assert!(duplicates.exact.rows + duplicates.near.rows < report.rows);
        prop_assert!(duplicates.exact.groups <= duplicates.exact.rows);
        for column in &report.columns {
            prop_assert!(column.distinct + column.missing <= report.rows);
            prop_assert!(column.mismatched + column.missing <= report.rows);
        }
        for score in [report.score.overall, report.score.completeness, report.score.uniqueness] {
            prop_assert!((0.0..=100.0).contains(&score));
        }
    }

    #[test]
    fn exact_duplicates_are_the_rows_less_the_different_ones(rows in rows()) {
        let different: std::collections::BTreeSet<&String> = rows.iter().collect();
        prop_assert_eq!(analyze(&rows).duplicates.exact.rows, (rows.len() - different.len()) as u64);
    }
}
