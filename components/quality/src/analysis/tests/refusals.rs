//! Each kind of bad file, with the line that is named.

use super::*;

fn at(line: u64, reason: Reason) -> Refusal {
    Refusal { line: Some(line), column: None, reason }
}

#[test]
fn a_file_without_text_is_empty() {
    for csv in ["", "\n\r\n\n", "\u{feff}", "\u{feff}\n"] {
        assert_eq!(
            refusal(csv.as_bytes()),
            Refusal { line: None, column: None, reason: Reason::Empty },
            "{csv:?}"
        );
    }
}

#[test]
fn a_header_alone_is_refused_on_its_line() {
    assert_eq!(refusal(b"a,b"), at(1, Reason::HeaderOnly));
    assert_eq!(refusal(b"\n\na,b\n\n"), at(3, Reason::HeaderOnly));
}

#[test]
fn a_row_that_is_too_wide_or_too_narrow_is_named_by_its_line() {
    let ragged = |found| Reason::RaggedRow { expected: 2, found };
    assert_eq!(refusal(b"a,b\n1,2\n3\n4,5\n"), at(3, ragged(1)));
    assert_eq!(refusal(b"a,b\n1,2\n3,4,5"), at(3, ragged(3)));
    assert_eq!(refusal(b"a,b\r\n1,2\r\n3\r\n"), at(3, ragged(1)));
    assert_eq!(refusal(b"a,b\r1,2\r3\r"), at(3, ragged(1)));
}

#[test]
fn lines_inside_quotes_and_blank_lines_are_counted() {
    let ragged = Reason::RaggedRow { expected: 2, found: 1 };
    assert_eq!(refusal(b"a,b\n\"x\ny\nz\",2\n\n3\n"), at(6, ragged.clone()));
    assert_eq!(refusal(b"a,b\r\n\"x\r\ny\",2\r\n\r\n3\r\n"), at(5, ragged));
}

#[test]
fn the_line_of_the_first_byte_that_is_not_utf8_is_named() {
    assert_eq!(refusal(b"a,b\n1,2\n3,\xff\n"), at(3, Reason::NotUtf8));
    assert_eq!(refusal(b"a,b\n\"x\n\xc3\x28\",2\n"), at(3, Reason::NotUtf8));
    assert_eq!(refusal(b"a,b\n1,\xe2\x82"), at(2, Reason::NotUtf8));
    assert_eq!(
        refusal("a;\u{fc}\n".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>().as_slice()),
        at(1, Reason::Binary)
    );
}

#[test]
fn a_zero_byte_means_a_binary_file() {
    assert_eq!(refusal(b"PK\x03\x04\x14\x00\x08\x00"), at(1, Reason::Binary));
    assert_eq!(refusal(b"a,b\n1,2\n3,\0\n"), at(3, Reason::Binary));
}

#[test]
fn what_is_wrong_first_is_what_is_reported() {
    assert_eq!(refusal(b"a,b\n1\n\xff"), at(2, Reason::RaggedRow { expected: 2, found: 1 }));
    assert_eq!(refusal(b"a,b\n1\xff\n"), at(2, Reason::NotUtf8));
}

#[test]
fn a_quote_that_is_never_closed_is_named_by_the_line_of_its_row() {
    assert_eq!(refusal(b"a,b\n1,2\n\"3,4\n5,6\n"), at(3, Reason::UnterminatedQuote));
    assert_eq!(refusal(b"a,\"b"), at(1, Reason::UnterminatedQuote));
    assert!(parse(b"a,b\n1,\"2\"", None).is_ok());
    assert!(parse(b"a,b\n1,\"2\"\"\"", None).is_ok());
}

#[test]
fn ten_thousand_columns_are_refused_on_line_1_as_soon_as_they_are_seen() {
    let header = vec!["c"; 10_000].join(",");
    let expected = at(1, Reason::TooManyColumns { limit: 1_000 });
    assert_eq!(Analyzer::new(Options::default()).push(header.as_bytes()), Err(expected.clone()));

    let names = |count: usize| (0..count).map(|index| format!("c{index}")).collect::<Vec<_>>().join(",");
    let row = |count: usize| vec!["1"; count].join(",");
    assert!(parse(format!("{}\n{}\n", names(1_000), row(1_000)).as_bytes(), None).is_ok());
    assert_eq!(refusal(format!("{}\n", names(1_001)).as_bytes()), expected);
    assert_eq!(refusal(names(1_001).as_bytes()), expected);
    let too_wide = at(2, Reason::TooManyColumns { limit: 1_000 });
    assert_eq!(refusal(format!("a\n{}\n", row(1_001)).as_bytes()), too_wide);
    assert_eq!(refusal(format!("a\n{}\n", row(5_000)).as_bytes()), too_wide);
}

#[test]
fn a_field_may_have_64_kib_and_no_more() {
    let csv = |length: usize| format!("a\n1\n{}\n", "x".repeat(length));
    assert!(parse(csv(65_536).as_bytes(), None).is_ok());
    let expected = at(3, Reason::FieldTooLong { limit_bytes: 65_536 });
    assert_eq!(refusal(csv(65_537).as_bytes()), expected);
    assert_eq!(refusal(format!("a\n1\n\"{}", "x\n".repeat(50_000)).as_bytes()), expected);
}

#[test]
fn a_row_may_have_1_mib_and_no_more() {
    let header = (0..17).map(|index| format!("c{index}")).collect::<Vec<_>>().join(",");
    let csv = |last: usize| {
        let row: Vec<String> = (0..16).map(|_| "x".repeat(65_536)).chain(["y".repeat(last)]).collect();
        format!("{header}\n{}\n", row.join(","))
    };
    assert!(parse(csv(0).as_bytes(), None).is_ok());
    assert_eq!(refusal(csv(1).as_bytes()), at(2, Reason::RowTooLong { limit_bytes: 1 << 20 }));
}

#[test]
fn more_than_five_million_rows_are_refused_at_the_first_too_many() {
    let mut analyzer = Analyzer::new(Options::default());
    analyzer.push(b"a\n").unwrap();
    let rows = "1\n".repeat(100_000);
    for _ in 0..MAX_ROWS / 100_000 {
        analyzer.push(rows.as_bytes()).unwrap();
    }

    assert_eq!(analyzer.rows(), 5_000_000);
    assert_eq!(analyzer.push(b"1\n"), Err(at(5_000_002, Reason::TooManyRows { limit: 5_000_000 })));
}

#[test]
fn the_header_must_name_each_column_once_and_hold_the_label_column() {
    let twice = refusal(b"a,b,a\n1,2,3\n");
    assert_eq!((twice.line, twice.column.as_deref()), (Some(1), Some("a")));
    assert_eq!(twice.reason, Reason::DuplicateColumn { first: 1, second: 3 });

    let absent = parse(b"a,b\n1,2\n", Some("c")).unwrap_err();
    assert_eq!((absent.line, absent.column.as_deref()), (Some(1), Some("c")));
    assert_eq!(absent.reason, Reason::UnknownLabelColumn);
}

#[test]
fn no_sentence_repeats_what_a_cell_holds() {
    let secret = "s3cret";
    for csv in [format!("a,b\n{secret}\n"), format!("a\n\"{secret}"), format!("{secret},{secret}\n1,2\n")] {
        assert!(!refusal(csv.as_bytes()).to_string().contains(secret));
    }
}

#[test]
fn what_is_printed_of_a_parsed_file_holds_no_cell() {
    let parsed = parse(b"a\ns3cret\n", None).unwrap();

    assert_eq!(format!("{parsed:?}"), "Parsed { table: Table { rows: 1, columns: 1, .. }, label: None }");
}

#[test]
fn a_refusal_is_final() {
    let mut analyzer = Analyzer::new(Options::default());
    let first = analyzer.push(b"a,b\n1\n").unwrap_err();

    assert_eq!(analyzer.push(b"1,2\n").unwrap_err(), first);
    assert_eq!(analyzer.finish().unwrap_err(), first);
}
