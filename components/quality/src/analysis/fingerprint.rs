//! 64-bit fingerprints that stand for cells and rows.
//!
//! Equal content always has equal fingerprints. Two different contents share one with a probability of 2^-64:
//! in a file of five million rows a figure is wrong because of it once in a million files. The hash is the
//! same on every machine; whoever makes collisions on purpose spoils the figures of their own file only.

use rapidhash::v3::rapidhash_v3;

use super::cell::{Cell, Kind};

/// The fingerprint of exactly these bytes.
#[inline]
pub(super) fn exact(text: &[u8]) -> u64 {
    rapidhash_v3(text)
}

/// Adds a cell's fingerprint to the key of its row. The order of the cells matters.
#[inline]
pub(super) fn combine(key: u64, cell: u64) -> u64 {
    (key.rotate_left(23) ^ cell).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// Orders floats as unsigned integers, so that they can be sorted and told apart as such.
#[inline]
pub(super) fn ordered_bits(number: f64) -> u64 {
    let bits = number.to_bits();
    if bits >> 63 == 0 { bits | 1 << 63 } else { !bits }
}

/// The float that [`ordered_bits`] came from.
#[inline]
pub(super) fn from_ordered_bits(bits: u64) -> f64 {
    f64::from_bits(if bits >> 63 == 0 { !bits } else { bits & !(1 << 63) })
}

/// The fingerprint of a cell with everything folded that people and programs write differently for the same
/// thing:
///
/// - missing values are all alike;
/// - numbers are compared by value: integers exactly, others rounded to 31 binary digits (nine decimal ones);
/// - anything else is compared in lower case, without whitespace around it, each run of whitespace inside
///   being one space.
///
/// `buffer` is only there to be reused.
pub(super) fn folded(text: &[u8], cell: Cell, buffer: &mut Vec<u8>) -> u64 {
    match cell.kind {
        Kind::Missing => MISSING,
        Kind::Integer | Kind::Decimal => mixed(rounded(cell.number).to_bits()),
        Kind::WideInteger | Kind::Boolean | Kind::Date | Kind::DateTime | Kind::Text => {
            buffer.clear();
            if text.is_ascii() {
                fold_ascii(text, buffer);
            } else {
                fold_unicode(&String::from_utf8_lossy(text), buffer);
            }
            exact(buffer)
        }
    }
}

/// The folded fingerprint of every missing value.
const MISSING: u64 = 0x6a09_e667_f3bc_c908;

/// Spreads bits that differ in a few places only over the whole word, without losing any (MurmurHash3's
/// finaliser).
fn mixed(mut bits: u64) -> u64 {
    bits = (bits ^ bits >> 33).wrapping_mul(0xff51_afd7_ed55_8ccd);
    bits = (bits ^ bits >> 33).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    bits ^ bits >> 33
}

fn rounded(number: f64) -> f64 {
    if number.trunc() == number {
        return number;
    }
    // Of the 52 stored bits of the fraction 30 stay; a carry goes on into the exponent, which is right.
    const DROPPED: u32 = 22;
    let half = 1_u64 << (DROPPED - 1);
    f64::from_bits(number.to_bits().wrapping_add(half) & !((1 << DROPPED) - 1))
}

fn fold_ascii(text: &[u8], folded: &mut Vec<u8>) {
    let mut gap = false;
    for &byte in text.trim_ascii() {
        if byte.is_ascii_whitespace() {
            gap = true;
            continue;
        }
        if gap {
            folded.push(b' ');
            gap = false;
        }
        folded.push(byte.to_ascii_lowercase());
    }
}

fn fold_unicode(text: &str, folded: &mut Vec<u8>) {
    let mut utf8 = [0; 4];
    for (index, word) in text.split_whitespace().enumerate() {
        if index > 0 {
            folded.push(b' ');
        }
        for character in word.chars().flat_map(char::to_lowercase) {
            folded.extend_from_slice(character.encode_utf8(&mut utf8).as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fold(text: &str) -> u64 {
        folded(text.as_bytes(), Cell::classify(text.as_bytes()), &mut Vec::new())
    }

    #[test]
    fn what_is_written_differently_for_the_same_thing_is_folded() {
        for (left, right) in [
            ("New York", " new   york "),
            ("Zürich\u{a0}HB", "ZÜRICH HB"),
            ("1.50", "1.5"),
            ("1.0", "1"),
            ("+3", "3"),
            ("1e3", "1000"),
            ("0.30000000000000004", "0.3"),
            ("NA", ""),
            ("TRUE", "true"),
        ] {
            assert_eq!(fold(left), fold(right), "{left:?} {right:?}");
        }
    }

    #[test]
    fn what_differs_in_content_stays_apart() {
        for (left, right) in [
            ("New York", "NewYork"),
            ("1000001", "1000002"),
            ("12345678901234567890", "12345678901234567891"),
            ("0.3", "0.30001"),
            ("a", "á"),
            ("0", ""),
            ("2026-03-01", "2026-03-02"),
        ] {
            assert_ne!(fold(left), fold(right), "{left:?} {right:?}");
        }
    }

    proptest! {
        #[test]
        fn floats_keep_their_order_and_come_back(left: f64, right: f64) {
            prop_assume!(!left.is_nan() && !right.is_nan());
            prop_assert_eq!(ordered_bits(left).cmp(&ordered_bits(right)), left.total_cmp(&right));
            prop_assert_eq!(from_ordered_bits(ordered_bits(left)).to_bits(), left.to_bits());
        }
    }
}
