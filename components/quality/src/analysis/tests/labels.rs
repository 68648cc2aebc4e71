//! Class balance and labels that neighbours contradict.

use super::*;

/// Two square blobs far from each other, ten by ten points each, with some labels flipped.
fn blobs(flipped: &[usize]) -> String {
    let mut csv = "x,y,name,class\n".to_owned();
    for point in 0..200 {
        let (blob, place) = (point % 2, point / 2);
        let offset = if blob == 0 { 0.0 } else { 50.0 };
        let (x, y) = (offset + (place % 10) as f64 * 0.1, offset - (place / 10) as f64 * 0.1);
        let class = if (blob == 0) == flipped.contains(&point) { "red" } else { "blue" };
        csv += &format!("{x},{y},point {point},{class}\n");
    }
    csv
}

#[test]
fn among_separate_blobs_exactly_the_flipped_labels_are_suspected() {
    let flipped = [0, 33, 88, 123, 166];
    let issues = labelled_report(&blobs(&flipped), "class").labels.unwrap().issues;

    assert_eq!((issues.examined_rows, issues.suspected, issues.skipped), (200, 5, None));
    assert_eq!(issues.columns, ["x", "y"]);
    let lines: Vec<u64> = issues.examples.iter().map(|example| example.line).collect();
    assert_eq!(lines, flipped.map(|point| point as u64 + 2));
    for (example, point) in issues.examples.iter().zip(flipped) {
        let (given, suggested) = if point % 2 == 0 { ("red", "blue") } else { ("blue", "red") };
        assert_eq!((example.given.as_str(), example.suggested.as_str()), (given, suggested));
        assert_eq!(example.agreeing, 5);
    }
}

#[test]
fn good_labels_are_not_suspected() {
    let labels = labelled_report(&blobs(&[]), "class").labels.unwrap();

    assert_eq!(labels.issues.suspected, 0);
    assert_eq!((labels.balance, labels.imbalance_ratio), (Some(1.0), Some(1.0)));
}

#[test]
fn classes_are_counted_without_missing_labels_and_surrounding_space() {
    let labels = labelled_report("n,c\n1,a\n2, a\n3,b\n4,a\n5,NA\n", "c").labels.unwrap();

    assert_eq!((labels.missing, labels.class_count), (1, Some(2)));
    assert_eq!(
        labels.classes,
        [
            ClassShare { label: "a".to_owned(), rows: 3, share: 0.75 },
            ClassShare { label: "b".to_owned(), rows: 1, share: 0.25 },
        ]
    );
    assert_eq!(labels.imbalance_ratio, Some(3.0));
    // -(0.75 log2 0.75 + 0.25 log2 0.25)
    assert!((labels.balance.unwrap() - 0.811_278_124_459_132_9).abs() < 1e-15);
}

#[test]
fn it_is_said_why_nothing_was_examined() {
    let skipped = |csv: &str| {
        let issues = labelled_report(csv, "c").labels.unwrap().issues;
        assert_eq!(issues.examined_rows, 0);
        issues.skipped.unwrap()
    };
    assert_eq!(skipped("n,c\n1,a\n2,a\n"), SkipReason::FewerThanTwoClasses);
    assert_eq!(skipped("n,c\n1,\n2,NA\n"), SkipReason::FewerThanTwoClasses);
    assert_eq!(skipped("n,c\n1,a\n3,b\n4,b\n9,a\n7,a\n"), SkipReason::TooFewRows);
    assert_eq!(skipped("n,c\nx,a\ny,b\nz,b\nx,a\ny,a\nz,a\n"), SkipReason::NoNumericColumns);
    // The numbers 1 to 6 without repetition number the rows.
    assert_eq!(skipped("n,c\n2,a\n1,b\n3,b\n4,a\n6,a\n5,a\n"), SkipReason::NoNumericColumns);
    let many: String = (0..1_001).map(|row| format!("{row},label {row}\n")).collect();
    assert_eq!(skipped(&format!("n,c\n{many}")), SkipReason::TooManyClasses);
}

#[test]
fn a_label_column_without_classes_has_no_balance_and_no_score() {
    let report = labelled_report("n,c\n1,\n2,NA\n", "c");
    let labels = report.labels.unwrap();

    assert_eq!((labels.class_count, labels.balance, labels.imbalance_ratio), (Some(0), None, None));
    assert_eq!(report.score.labels, None);
}

#[test]
fn a_file_with_one_class_is_not_balanced() {
    assert_eq!(labelled_report("n,c\n1,a\n2,a\n", "c").labels.unwrap().balance, Some(0.0));
}

#[test]
fn of_a_large_file_evenly_spaced_rows_are_examined_and_rows_without_label_are_not() {
    let rows: String = (0..30_000)
        .map(|row| match row % 3 {
            0 => format!("{},a\n", row % 10),
            1 => format!("{},b\n", 100 + row % 10),
            _ => format!("{},\n", 500),
        })
        .collect();
    let labels = labelled_report(&format!("n,c\n{rows}"), "c").labels.unwrap();

    assert_eq!((labels.missing, labels.issues.examined_rows), (10_000, 5_000));
    assert_eq!(labels.issues.suspected, 0);
}

#[test]
fn a_missing_number_counts_as_the_mean() {
    // The mean of the numbers is 0: the row without a number is among those near 0, whose label it
    // contradicts.
    let csv = "n,c\n-50,b\n-51,b\n50,b\n51,b\n0.1,a\n-0.1,a\n0.2,a\n-0.2,a\n0,a\n,b\n";
    let issues = labelled_report(csv, "c").labels.unwrap().issues;

    assert!(
        issues
            .examples
            .iter()
            .any(|example| example.line == 11 && example.suggested == "a" && example.agreeing == 5)
    );
}

#[test]
fn a_long_label_is_cut() {
    let csv = format!("n,c\n1,{}\n2,b\n", "ä".repeat(500));

    assert_eq!(labelled_report(&csv, "c").labels.unwrap().classes[1].label, "ä".repeat(100));
}
