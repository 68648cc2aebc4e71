//! Rows that repeat another, exactly and nearly.

use super::*;

fn group(rows: u64, lines: &[u64]) -> DuplicateGroup {
    DuplicateGroup { rows, lines: lines.to_vec() }
}

#[test]
fn rows_that_are_the_same_are_counted_and_grouped_by_line() {
    let report = report("a,b\n1,x\n2,y\n1,x\n3,z\n2,y\n1,x\n");
    let exact = &report.duplicates.exact;

    assert_eq!((exact.rows, exact.groups), (3, 2));
    assert_eq!(exact.examples, [group(3, &[2, 4, 7]), group(2, &[3, 6])]);
    assert_eq!(report.duplicates.near.rows, 0);
}

#[test]
fn quotes_do_not_make_a_row_another() {
    assert_eq!(report("a,b\n1,x\n\"1\",\"x\"\n").duplicates.exact.rows, 1);
}

#[test]
fn where_a_cell_ends_makes_a_row_another() {
    let duplicates = report("a,b\nab,c\na,bc\n,abc\nabc,\n").duplicates;

    assert_eq!((duplicates.exact.rows, duplicates.near.rows), (0, 0));
}

#[test]
fn cells_in_another_order_make_a_row_another() {
    let duplicates = report("a,b,c\n1,2,3\n2,1,3\n3,2,1\n").duplicates;

    assert_eq!((duplicates.exact.rows, duplicates.near.rows), (0, 0));
}

#[test]
fn near_duplicates_are_counted_beside_exact_ones_and_never_twice() {
    let report = report("name,n,m\nAda,1.50,NA\nada ,1.5,\nAda,1.50,NA\n ADA,1.5,null\nBob,1.5,\n");

    assert_eq!(report.duplicates.exact.examples, [group(2, &[2, 4])]);
    assert_eq!((report.duplicates.exact.rows, report.duplicates.exact.groups), (1, 1));
    assert_eq!(report.duplicates.near.examples, [group(3, &[2, 3, 5])]);
    assert_eq!((report.duplicates.near.rows, report.duplicates.near.groups), (2, 1));
}

#[test]
fn of_many_groups_the_earliest_are_listed_and_all_are_counted() {
    let rows: String = (0..30).chain(0..30).map(|row| format!("{row}\n")).collect();
    let exact = report(&format!("a\n{rows}")).duplicates.exact;

    assert_eq!((exact.rows, exact.groups, exact.examples.len()), (30, 30, 20));
    assert_eq!(exact.examples[0], group(2, &[2, 32]));
    assert_eq!(exact.examples[19], group(2, &[21, 51]));
}

#[test]
fn of_a_large_group_the_first_lines_are_listed() {
    let exact = report(&format!("a\n{}", "x\n".repeat(1_000))).duplicates.exact;

    assert_eq!((exact.rows, exact.groups), (999, 1));
    assert_eq!(exact.examples, [group(1_000, &[2, 3, 4, 5, 6, 7, 8, 9, 10, 11])]);
}

#[test]
fn lines_are_physical_also_after_quoted_and_blank_lines() {
    let exact = report("a,b\n\"x\ny\",1\n\n2,2\n2,2\n").duplicates.exact;

    assert_eq!(exact.examples, [group(2, &[5, 6])]);
}
