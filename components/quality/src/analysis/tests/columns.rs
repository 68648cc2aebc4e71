//! Types, missing and different values, figures and outliers of columns.

use super::*;

#[test]
fn each_type_is_told_from_its_values() {
    let report = report(
        "i,n,b,d,t,x,e\n\
         1,1.5,true,2026-01-01,2026-01-01T10:00:00Z,a,\n\
         -2,2,no,2026-01-02,2026-01-02 11:00,1,NA\n\
         NA,3e1,?,NA,,2026-01-01,null\n",
    );

    let types: Vec<ColumnType> = report.columns.iter().map(|column| column.column_type).collect();
    assert_eq!(
        types,
        [
            ColumnType::Integer,
            ColumnType::Number,
            ColumnType::Boolean,
            ColumnType::Date,
            ColumnType::Datetime,
            ColumnType::Text,
            ColumnType::Empty,
        ]
    );
    assert_eq!(report.columns.iter().map(|column| column.missing).collect::<Vec<_>>(), [1, 0, 1, 1, 1, 0, 3]);
    assert_eq!(report.missing_cells, 7);
    assert_eq!((report.rows, report.column_count), (3, 7));
}

#[test]
fn different_values_are_counted_by_value_for_numbers_and_by_text_for_the_rest() {
    let report = report("n,t\n1,a\n1.0,A\n01,a \n2,a\nNA,\n");

    assert_eq!(report.columns[0].distinct, 2);
    assert_eq!(report.columns[1].distinct, 3);
}

#[test]
fn long_identifiers_are_different_although_their_floats_are_equal() {
    let column =
        &report("id\n12345678901234567890\n12345678901234567891\n12345678901234567891\n7\n").columns[0];

    assert_eq!(column.column_type, ColumnType::Integer);
    assert_eq!((column.distinct, column.mismatched), (3, 0));
    assert_eq!(column.numeric.as_ref().unwrap().count, 4);
    assert_eq!(column.numeric.as_ref().unwrap().min, 7.0);
}

#[test]
fn a_stray_text_among_numbers_is_a_mismatch_with_its_line_and_no_figure() {
    let numbers: String = (1..=19).map(|number| format!("{number}\n")).collect();
    let column = &report(&format!("n\n{numbers}unknown\n")).columns[0];

    assert_eq!(column.column_type, ColumnType::Integer);
    assert_eq!((column.mismatched, column.mismatched_lines.as_slice()), (1, &[21][..]));
    assert_eq!((column.distinct, column.missing), (20, 0));
    let numeric = column.numeric.as_ref().unwrap();
    assert_eq!((numeric.count, numeric.mean, numeric.max), (19, Some(10.0), 19.0));
}

#[test]
fn figures_are_those_that_pandas_gives() {
    // pandas.Series([3, 1, 4, 1, 5, 9, 2, 6]).describe()
    let column = &report("n\n3\n1\n4\n1\n5\n9\n2\n6\n").columns[0];
    let numeric = column.numeric.as_ref().unwrap();

    assert_eq!(numeric.mean, Some(3.875));
    assert!((numeric.standard_deviation.unwrap() - 2.748_376_143_938_713).abs() < 1e-14);
    assert_eq!(
        (numeric.min, numeric.q1, numeric.median, numeric.q3, numeric.max),
        (1.0, 1.75, 3.5, 5.25, 9.0)
    );
}

#[test]
fn outliers_are_counted_by_both_rules_and_listed_with_their_lines() {
    // 1 to 20 and 100: q1 = 6, q3 = 16, so the fences are -9 and 31; mean 310/21, deviation 20.4, so z(100) =
    // 4.2.
    let numbers: String = (1..=20).map(|number| format!("{number}\n")).collect();
    let column = &report(&format!("n\n100\n{numbers}")).columns[0];
    let outliers = column.outliers.as_ref().unwrap();

    assert_eq!((outliers.lower_fence, outliers.upper_fence), (-9.0, 31.0));
    assert_eq!((outliers.iqr, outliers.z_score, outliers.both), (1, 1, 1));
    assert_eq!(outliers.examples, [OutlierExample { line: 2, value: 100.0, iqr: true, z_score: true }]);
}

#[test]
fn a_number_can_be_an_outlier_under_one_rule_only() {
    // 1 to 8 and 20: q1 = 3, q3 = 7, fences -3 and 13; mean 56/9, deviation 5.6, so z(20) = 2.4.
    let column = &report("n\n1\n2\n3\n4\n5\n6\n7\n8\n20\n").columns[0];
    let outliers = column.outliers.as_ref().unwrap();

    assert_eq!((outliers.iqr, outliers.z_score, outliers.both), (1, 0, 0));
    assert_eq!(outliers.examples, [OutlierExample { line: 10, value: 20.0, iqr: true, z_score: false }]);
}

#[test]
fn only_the_first_ten_outliers_are_listed_but_all_are_counted() {
    let rows: String = (0..115).map(|row| if row % 10 == 0 { "50\n" } else { "1\n2\n" }).collect();
    let column = &report(&format!("n\n{rows}")).columns[0];
    let outliers = column.outliers.as_ref().unwrap();

    assert_eq!(outliers.iqr, 12);
    assert_eq!(outliers.examples.len(), 10);
    assert_eq!((outliers.examples[0].line, outliers.examples[1].line), (2, 21));
}

#[test]
fn constant_and_single_numbers_have_no_outliers() {
    for csv in ["n\n5\n5\n5\n", "n\n5\n"] {
        let report = report(csv);
        let outliers = report.columns[0].outliers.as_ref().unwrap();
        assert_eq!((outliers.iqr, outliers.z_score, outliers.both), (0, 0, 0));
    }
}

#[test]
fn a_report_survives_the_way_through_json() {
    let report = labelled_report("n,c\n1e308,a\n-1e308,b\n1e308,a\n,b\n", "c");
    let json = serde_json::to_string(&report).unwrap();

    assert_eq!(serde_json::from_str::<Report>(&json).unwrap(), report);
    assert!(json.contains("\"type\":\"number\""));
}
