//! The sample data set that the product ships, against figures computed with pandas and NumPy.

use super::*;

const PENGUINS: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/penguins.csv"));

#[test]
fn the_figures_of_the_sample_file_are_those_of_pandas() {
    let report = parse(PENGUINS, Some("species")).unwrap().analyze();

    assert_eq!((report.rows, report.column_count, report.missing_cells), (344, 8, 19));
    let column = |name: &str| report.columns.iter().find(|column| column.name == name).unwrap();
    let bill = column("bill_length_mm").numeric.clone().unwrap();
    assert_eq!((bill.count, bill.min, bill.max), (342, 32.1, 59.6));
    assert_eq!((bill.q1, bill.median, bill.q3), (39.225, 44.45, 48.5));
    assert!((bill.mean.unwrap() - 43.921_929_824_561_4).abs() < 1e-12);
    assert!((bill.standard_deviation.unwrap() - 5.459_583_713_926_532).abs() < 1e-12);
    assert_eq!(column("body_mass_g").distinct, 94);
    assert_eq!((column("sex").missing, column("sex").distinct), (11, 2));
    assert_eq!((report.duplicates.exact.rows, report.duplicates.near.rows), (0, 0));
}

#[test]
fn the_suspected_labels_of_the_sample_file_are_those_of_numpy() {
    let labels = parse(PENGUINS, Some("species")).unwrap().analyze().labels.unwrap();

    assert_eq!(labels.classes.iter().map(|class| class.rows).collect::<Vec<_>>(), [152, 124, 68]);
    assert!((labels.balance.unwrap() - 0.954_982_387_420_198_4).abs() < 1e-12);
    let found: Vec<(u64, &str)> =
        labels.issues.examples.iter().map(|example| (example.line, example.suggested.as_str())).collect();
    let chinstraps = [298, 300, 308, 332].map(|line| (line, "Adelie"));
    assert_eq!(found, [&[(5, "Chinstrap"), (273, "Adelie")][..], &chinstraps].concat());
}
