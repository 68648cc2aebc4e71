//! Remembers what the last different cells of a column were, because most columns repeat few values.

use super::cell::{Cell, Kind};
use super::fingerprint;

/// All that the analysis wants to know of one cell.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) exact: u64,
    pub(super) folded: u64,
    /// A number's bits in sortable form; the exact fingerprint of anything else.
    pub(super) value: u64,
    pub(super) kind: Kind,
}

/// A small table with one place for each fingerprint: a new cell replaces the one that had its place.
pub(super) struct Memo {
    places: Box<[Known]>,
    buffer: Vec<u8>,
}

/// Places are chosen by this many bits; the table stays within the first cache.
const PLACE_BITS: u32 = 8;

impl Memo {
    pub(super) fn new() -> Self {
        let mut buffer = Vec::new();
        let empty = know(b"", fingerprint::exact(b""), &mut buffer);
        Self { places: vec![empty; 1 << PLACE_BITS].into(), buffer }
    }

    #[inline]
    pub(super) fn look_up(&mut self, text: &[u8]) -> Known {
        let exact = fingerprint::exact(text);
        let place = &mut self.places[(exact >> (u64::BITS - PLACE_BITS)) as usize];
        if place.exact != exact {
            *place = know(text, exact, &mut self.buffer);
        }
        *place
    }
}

fn know(text: &[u8], exact: u64, buffer: &mut Vec<u8>) -> Known {
    let cell = Cell::classify(text);
    let folded = fingerprint::folded(text, cell, buffer);
    let value = match cell.kind {
        Kind::Integer | Kind::WideInteger | Kind::Decimal => fingerprint::ordered_bits(cell.number),
        Kind::Missing | Kind::Boolean | Kind::Date | Kind::DateTime | Kind::Text => exact,
    };
    Known { exact, folded, value, kind: cell.kind }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_known_the_same_whether_remembered_or_not() {
        let cells: Vec<String> = (0..3_000).map(|index| format!("{}", index % 700)).collect();
        let mut memo = Memo::new();

        for cell in &cells {
            let known = memo.look_up(cell.as_bytes());
            let fresh = Memo::new().look_up(cell.as_bytes());
            assert_eq!((known.exact, known.folded, known.value), (fresh.exact, fresh.folded, fresh.value));
            assert_eq!(fingerprint::from_ordered_bits(known.value), cell.parse::<f64>().unwrap());
        }
    }
}
