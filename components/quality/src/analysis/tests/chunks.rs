//! Where the chunks are cut makes no difference, neither to a report nor to a refusal.

use proptest::prelude::*;

use super::*;

/// The report, or the refusal, of a file cut at the given places.
fn analyze_in_chunks(csv: &[u8], cuts: &[usize]) -> Result<Report, Refusal> {
    let mut analyzer = Analyzer::new(Options { label_column: Some("b".to_owned()) });
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (csv.len() + 1)).collect();
    cuts.sort_unstable();
    let mut start = 0;
    for end in cuts.into_iter().chain([csv.len()]) {
        analyzer.push(&csv[start..end])?;
        start = end;
    }
    analyzer.finish().map(|parsed| parsed.analyze())
}

/// Bytes that look much like CSV, often well formed, with everything in them that can go wrong at a border.
fn csv_like() -> impl Strategy<Value = Vec<u8>> {
    let cell = prop_oneof![
        8 => "[0-9]{1,3}(\\.[0-9]{1,2})?".prop_map(String::into_bytes),
        4 => "[a-cÄ€😀 ]{0,4}".prop_map(String::into_bytes),
        2 => Just(b"\"x,\"\"y\"\"\r\nz\"".to_vec()),
        1 => Just(b"NA".to_vec()),
    ];
    let line_end = prop_oneof![
        4 => Just(&b"\n"[..]),
        2 => Just(&b"\r\n"[..]),
        1 => Just(&b"\r"[..]),
        1 => Just(&b"\n\n"[..]),
    ];
    let row = (prop::collection::vec(cell, 3), line_end)
        .prop_map(|(cells, end)| [&cells.join(&b','), end].concat());
    let blemish = prop_oneof![
        12 => Just(&b""[..]),
        1 => Just(&b"\""[..]),
        1 => Just(&b"1,2\n"[..]),
        1 => Just(&b"\xff"[..]),
        1 => Just(&b"\0"[..]),
        1 => Just(&b"\xe2\x82"[..]),
    ];
    let start =
        prop_oneof![Just(&b""[..]), Just(&b"\xef\xbb\xbf"[..]), Just(&b"\xef\xbb\xbf\xef\xbb\xbf"[..])];
    (start, prop::collection::vec(row, 0..30), blemish, prop::collection::vec(any::<u8>(), 0..3)).prop_map(
        |(start, rows, blemish, tail)| [start, b"a,b,c\r\n", &rows.concat(), blemish, &tail].concat(),
    )
}

proptest! {
    #[test]
    fn the_same_bytes_give_the_same_answer_wherever_they_are_cut(
        csv in csv_like(),
        cuts in prop::collection::vec(any::<usize>(), 0..20),
    ) {
        prop_assert_eq!(analyze_in_chunks(&csv, &cuts), analyze_in_chunks(&csv, &[]));
    }

    #[test]
    fn single_bytes_give_the_same_answer_as_the_whole(csv in csv_like()) {
        let every_byte: Vec<usize> = (0..csv.len()).collect();
        prop_assert_eq!(analyze_in_chunks(&csv, &every_byte), analyze_in_chunks(&csv, &[]));
    }

    #[test]
    fn arbitrary_bytes_are_answered_without_a_panic(csv in prop::collection::vec(any::<u8>(), 0..200)) {
        let _answer = analyze_in_chunks(&csv, &[]);
    }
}

#[test]
fn long_rows_and_fields_are_judged_the_same_wherever_they_are_cut() {
    let field = "x".repeat(60_000);
    let longer = "x".repeat(70_000);
    for csv in [
        format!("a,b\n{field},{field}\n{longer},1\n"),
        format!("a,b\n{field},{longer}"),
        format!("a,b\n{}\n", vec!["y"; 3_000].join(",")),
        format!("a,b\n{}\n", vec![field.as_str(); 30].join(",")),
        format!("a,b\n\"{longer}"),
    ] {
        let whole = analyze_in_chunks(csv.as_bytes(), &[]);
        assert!(whole.is_err());
        for step in [1_000, 4_096, 65_536, 65_537] {
            let cuts: Vec<usize> = (0..csv.len()).step_by(step).collect();
            assert_eq!(analyze_in_chunks(csv.as_bytes(), &cuts), whole, "cut every {step} bytes");
        }
    }
}

#[test]
fn a_mark_before_the_header_is_not_part_of_its_first_name() {
    assert_eq!(report("\u{feff}a,b\n1,2\n").columns[0].name, "a");
}

#[test]
fn rows_are_counted_as_they_arrive_and_once_all_are_there() {
    let mut analyzer = Analyzer::new(Options::default());
    analyzer.push(b"a\n1\n2\n3").unwrap();
    assert_eq!(analyzer.rows(), 2);
    assert_eq!(analyzer.finish().unwrap().rows(), 3);
}
