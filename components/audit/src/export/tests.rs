//! What is done to a log in a file is found, and the entry named.

use proptest::prelude::*;

use super::*;
use crate::entry::Entry;
use crate::entry::tests::sample;
use crate::hash::Hash;
use crate::note::{Refusal, Signer, Verifier};

const ORIGIN: &str = "insula.example/audit/ten_01h455vb4pex5vsknk084sn02q";
const TENANT: &str = "ten_01h455vb4pex5vsknk084sn02q";

fn signer() -> Signer {
    Signer::new(ORIGIN, [5; 32]).unwrap()
}

fn text(entry: &Entry) -> String {
    entry.write().unwrap().text
}

/// The lines of a log with checkpoints after `early` and after all entries. Line `n + 1` is entry `n`, up to `early`.
fn lines_of(entries: &[Entry], early: usize) -> Vec<String> {
    let (mut writer, header) = Writer::begin(ORIGIN, TENANT);
    let mut lines = vec![header];
    for (at, entry) in entries.iter().enumerate() {
        if at == early {
            lines.push(writer.checkpoint(&signer()));
        }
        lines.push(writer.entry(&text(entry)));
    }
    lines.push(writer.checkpoint(&signer()));
    lines
}

fn samples(count: u64) -> Vec<Entry> {
    (0..count).map(sample).collect()
}

/// A log with one checkpoint, at its end.
fn lines(count: u64) -> Vec<String> {
    lines_of(&samples(count), usize::MAX)
}

fn check(bytes: &[u8]) -> Result<Checked, Fault> {
    verify(bytes, &signer().verifier(), |_| {}).unwrap()
}

fn check_lines(lines: &[String]) -> Result<Checked, Fault> {
    check(lines.concat().as_bytes())
}

fn named(seq: u64, why: Why) -> Result<Checked, Fault> {
    Err(Fault::Entry { seq, why })
}

#[test]
fn a_log_that_nobody_touched_is_right() {
    for count in [0, 1, 2, 3, 20] {
        let checked = check_lines(&lines(count)).unwrap();
        assert_eq!((checked.checkpoint.size, checked.tenant_id.as_str()), (count, TENANT));
    }
    assert_eq!(check_lines(&lines_of(&samples(9), 4)).unwrap().checkpoint.size, 9);
}

#[test]
fn a_line_says_what_the_entry_says_and_where_it_is() {
    let line = &lines(1)[1];
    let link = crate::chain::Head::EMPTY.after(Hash::leaf(text(&sample(0)).as_bytes())).link;
    assert_eq!(*line, format!("{{\"entry\":{},\"link\":\"{link}\",\"seq\":0}}\n", text(&sample(0))));
    assert!(lines(1).iter().all(|line| crate::entry::is_canonical(line.trim_end().as_bytes())));
}

#[test]
fn a_log_that_ends_early_is_found_whatever_is_left_of_it() {
    let all = lines(5);
    // With the checkpoint: the first entry that is gone is named. Without it: nothing stands for what is left.
    assert_eq!(check_lines(&[&all[..3], &all[6..]].concat()), named(2, Why::Missing));
    assert_eq!(check_lines(&all[..6]), Err(Fault::Uncovered { from: 0 }));
    assert_eq!(check_lines(&lines_of(&samples(5), 3)[..6]), Err(Fault::Uncovered { from: 3 }));
    assert_eq!(check_lines(&all[..1]), Err(Fault::Uncovered { from: 0 }));
    assert_eq!(check(b""), Err(Fault::Header));
}

/// Protects against who can write the file and knows how the chain is made, but has no key.
#[test]
fn a_log_that_was_chained_anew_does_not_fit_what_was_signed() {
    let honest = lines_of(&samples(8), 4);
    let mut entries = samples(8);
    entries[6].at = "2029-12-31T23:59:59.000Z".to_owned();
    let mut forged = lines_of(&entries, 4);
    let last = forged.len() - 1;
    forged[last] = honest[last].clone();
    assert_eq!(check_lines(&forged), Err(Fault::Rewritten { from: 4, size: 8 }));
    // Signed with a key of its own, it is signed by nobody.
    let other = Signer::new(ORIGIN, [6; 32]).unwrap().verifier();
    let checked = verify(honest.concat().as_bytes(), &other, |_| {}).unwrap();
    assert_eq!(checked, Err(Fault::Checkpoint { size: 4, why: Refusal::Unsigned }));
}

#[test]
fn the_log_of_another_tenant_is_not_taken_for_this_one() {
    let name = ORIGIN.replace("02q", "02r");
    let other: Verifier = Signer::new(&name, [5; 32]).unwrap().verifier();
    let checked = verify(lines(2).concat().as_bytes(), &other, |_| {}).unwrap();
    assert_eq!(checked, Err(Fault::Header));
    let mut entries = samples(3);
    entries[1].tenant_id = TENANT.replace("02q", "02r");
    assert_eq!(check_lines(&lines_of(&entries, usize::MAX)), named(1, Why::Foreign));
}

/// A newer release may write what this one doesn't know.
#[test]
fn an_entry_of_another_form_is_checked_as_well() {
    let (mut writer, header) = Writer::begin(ORIGIN, TENANT);
    let newer = writer.entry(&text(&sample(0)).replace(":1}", ":2,\"w\":[1.5,{\"é\":\"\\n\"}]}"));
    let unsorted = writer.entry(&text(&sample(0)).replace(":1}", ":2,\"w\":[1.5,{\"é\":\"\\n\",\"a\":0}]}"));
    let end = writer.checkpoint(&signer());
    assert_eq!(check_lines(&[header.clone(), newer.clone(), unsorted, end]), named(1, Why::Unreadable));
    let (mut writer, _) = Writer::begin(ORIGIN, TENANT);
    let _ = writer.entry(&newer[9..newer.rfind(",\"link\"").unwrap()]);
    assert!(check_lines(&[header, newer, writer.checkpoint(&signer())]).is_ok());
}

#[test]
fn an_entry_that_is_not_canonical_is_named_even_where_its_links_are_right() {
    let (mut writer, header) = Writer::begin(ORIGIN, TENANT);
    let first = writer.entry(&text(&sample(0)));
    let second = writer.entry(&text(&sample(1)).replace(":1}", ":1.0}"));
    assert_eq!(check_lines(&[header, first, second]), named(1, Why::Unreadable));
}

#[test]
fn a_line_without_end_is_refused_before_it_is_kept() {
    let mut bytes = lines(1)[0].clone().into_bytes();
    bytes.extend(std::iter::repeat_n(b'x', 3 << 20));
    assert_eq!(check(&bytes), named(0, Why::Unreadable));
}

/// A long log is checked in parts, by two threads in turns.
#[test]
fn in_a_log_of_many_parts_what_was_done_is_named_wherever_it_is() {
    const COUNT: u64 = 3_000;
    let all = lines(COUNT);
    assert!(all.concat().len() > 1 << 20, "four parts and more");
    assert_eq!(check_lines(&all).unwrap().checkpoint.size, COUNT);
    for at in (0..COUNT).step_by(211).chain([COUNT - 1]) {
        let line = usize::try_from(at).unwrap() + 1;
        let with = |act: &dyn Fn(&mut Vec<String>)| {
            let mut lines = all.clone();
            act(&mut lines);
            check_lines(&lines)
        };
        let back_dated =
            |lines: &mut Vec<String>| lines[line] = all[line].replace("\"at\":\"20", "\"at\":\"19");
        assert_eq!(with(&back_dated), named(at, Why::Changed));
        assert_eq!(with(&|lines| drop(lines.remove(line))), named(at, Why::Missing));
        assert_eq!(with(&|lines| lines.insert(line + 1, all[line].clone())), named(at + 1, Why::Misplaced));
        if at + 1 < COUNT {
            assert_eq!(with(&|lines| lines.swap(line, line + 1)), named(at, Why::Missing));
        }
    }
}

proptest! {
    #[test]
    fn one_changed_bit_is_found_and_its_entry_named(at: prop::sample::Index, count in 1_u64..6) {
        let lines = lines(count);
        let mut bytes = lines.concat().into_bytes();
        let bit = at.index(bytes.len() * 8);
        bytes[bit / 8] ^= 1 << (bit % 8);
        let mut ends = lines.iter().scan(0, |end, line| { *end += line.len(); Some(*end) });
        let line = u64::try_from(ends.position(|end| bit / 8 < end).unwrap()).unwrap();
        match check(&bytes) {
            Ok(_) => prop_assert!(false, "bit {bit} is not found"),
            Err(Fault::Header) => prop_assert_eq!(line, 0),
            Err(Fault::Entry { seq, .. }) => prop_assert_eq!(seq + 1, line),
            Err(Fault::Checkpoint { size, .. }) => prop_assert!(line == count + 1 && size == count),
            Err(fault) => prop_assert_eq!((line, fault), (count + 1, Fault::Uncovered { from: 0 })),
        }
    }

    #[test]
    fn a_dropped_entry_is_named(count in 1_u64..12, at in 0_u64..12) {
        let (mut lines, at) = (lines(count), at % count);
        lines.remove(usize::try_from(at).unwrap() + 1);
        prop_assert_eq!(check_lines(&lines), named(at, Why::Missing));
    }

    #[test]
    fn entries_that_changed_places_are_named(count in 2_u64..12, one in 0_u64..12, other in 0_u64..12) {
        let (mut lines, one, other) = (lines(count), one % count, other % count);
        prop_assume!(one != other);
        lines.swap(usize::try_from(one).unwrap() + 1, usize::try_from(other).unwrap() + 1);
        prop_assert_eq!(check_lines(&lines), named(one.min(other), Why::Missing));
    }

    #[test]
    fn an_entry_that_stands_there_twice_is_named(count in 1_u64..12, one in 0_u64..12, at in 0_u64..12) {
        let (mut lines, one) = (lines(count), one % count);
        // Anywhere after the first.
        let at = one + 1 + at % (count - one);
        let copy = lines[usize::try_from(one).unwrap() + 1].clone();
        lines.insert(usize::try_from(at).unwrap() + 1, copy);
        prop_assert_eq!(check_lines(&lines), named(at, Why::Misplaced));
    }

    #[test]
    fn a_back_dated_entry_is_named(count in 1_u64..12, at in 0_u64..12, ms in 0..1000) {
        let (mut lines, at) = (lines(count), at % count);
        let place = usize::try_from(at).unwrap() + 1;
        let back = format!("\"at\":\"2029-12-31T23:59:59.{ms:03}Z\"");
        let from = text(&sample(at));
        let from = &from[from.find("\"at\"").unwrap()..][..back.len()];
        lines[place] = lines[place].replace(from, &back);
        prop_assert_eq!(check_lines(&lines), named(at, Why::Changed));
    }

    #[test]
    fn an_entry_that_was_put_in_is_named(count in 0_u64..12, at in 0_u64..12) {
        let (mut lines, at) = (lines(count), at % (count + 1));
        // It has the right place, and a link that it could have had.
        let mut entries = samples(at);
        entries.push(sample(999));
        lines.insert(usize::try_from(at).unwrap() + 1, lines_of(&entries, usize::MAX)[usize::try_from(at).unwrap() + 1].clone());
        let expected = if at == count {
            // Nothing follows that wouldn't fit, but nobody signed for it.
            named(at, Why::Misplaced)
        } else {
            named(at + 1, Why::Misplaced)
        };
        prop_assert_eq!(check_lines(&lines), expected);
    }

    #[test]
    fn a_log_that_was_cut_anywhere_is_found(count in 1_u64..6, at: prop::sample::Index) {
        let bytes = lines(count).concat().into_bytes();
        prop_assert!(check(&bytes[..at.index(bytes.len())]).is_err());
    }

    #[test]
    fn whatever_comes_is_read_without_panic(bytes: Vec<u8>, start in 0_usize..3) {
        let mut log = lines(2)[..start].concat().into_bytes();
        log.extend(bytes);
        prop_assert!(check(&log).is_err());
    }
}
