//! What one cell is, looked at on its own.

use super::date::{self, Moment};
use super::number::{self, Number};

/// The kind of one cell. Whitespace around its text does not count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing, `?`, or in any case of letters `NA`, `N/A`, `NaN`, `null`, `none`.
    #[default]
    Missing,
    Integer,
    /// An integer beyond 2^53, which is told from others by its text and not by its float.
    WideInteger,
    Decimal,
    /// In any case of letters `true`, `false`, `yes`, `no`.
    Boolean,
    Date,
    DateTime,
    Text,
}

impl Kind {
    /// Every kind, in the order of their discriminants.
    pub(super) const ALL: [Self; 8] = [
        Self::Missing,
        Self::Integer,
        Self::WideInteger,
        Self::Decimal,
        Self::Boolean,
        Self::Date,
        Self::DateTime,
        Self::Text,
    ];
}

/// A cell's kind, and its value if it is a number.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Cell {
    pub(super) kind: Kind,
    pub(super) number: f64,
}

impl Cell {
    pub(super) fn classify(text: &[u8]) -> Self {
        let text = text.trim_ascii();
        let Some(first) = text.first() else { return Self::default() };
        match first {
            b'0'..=b'9' | b'+' | b'-' | b'.' => match number::parse(text) {
                Some(Number::Integer(number)) => Self { kind: Kind::Integer, number },
                Some(Number::WideInteger(number)) => Self { kind: Kind::WideInteger, number },
                Some(Number::Decimal(number)) => Self { kind: Kind::Decimal, number },
                None => Self::of(match date::parse(text) {
                    Some(Moment::Date) => Kind::Date,
                    Some(Moment::DateTime) => Kind::DateTime,
                    None => Kind::Text,
                }),
            },
            _ => Self::of(classify_word(text)),
        }
    }

    fn of(kind: Kind) -> Self {
        Self { kind, number: 0.0 }
    }
}

fn classify_word(text: &[u8]) -> Kind {
    let is_one_of = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word.as_bytes()));
    match text.len() {
        1 if text == b"?" => Kind::Missing,
        2..=4 if is_one_of(&["na", "n/a", "nan", "null", "none"]) => Kind::Missing,
        2..=5 if is_one_of(&["true", "false", "yes", "no"]) => Kind::Boolean,
        _ => Kind::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_recognised() {
        let cases = [
            (Kind::Missing, &["", "  ", "NA", "n/a", "NaN", "nan", "NULL", "None", " na ", "?"][..]),
            (Kind::Integer, &["1", " 42 ", "-7"]),
            (Kind::WideInteger, &["12345678901234567890"]),
            (Kind::Decimal, &["1.0", "1e5"]),
            (Kind::Boolean, &["true", "FALSE", "Yes", "no"]),
            (Kind::Date, &["2026-03-01"]),
            (Kind::DateTime, &["2026-03-01T00:00:00Z"]),
            (Kind::Text, &["a", "n.a.", "nada", "??", "1,5", "2026-3-1", "-", "ñ", "y"]),
        ];
        for (kind, texts) in cases {
            for text in texts {
                assert_eq!(Cell::classify(text.as_bytes()).kind, kind, "{text:?}");
            }
        }
    }
}
