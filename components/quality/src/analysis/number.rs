//! Numbers as CSV files write them: `-12`, `3.50`, `.5`, `1e-3`.

/// A number that fits a 64-bit float.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    /// Digits only, and small enough that the float is exact.
    Integer(f64),
    /// Digits only, but too large for a float to tell from its neighbours, as long identifiers are.
    WideInteger(f64),
    /// With a decimal point or an exponent.
    Decimal(f64),
}

/// The largest integer up to which each integer is a float of its own.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The powers of ten that a float holds exactly.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19, 1e20, 1e21, 1e22,
];

/// Reads a number: a sign, digits, a point, an exponent, each optional but some digit before the exponent.
/// Not numbers: infinities, hexadecimal, digit grouping, and what is too large for a float.
pub(super) fn parse(text: &[u8]) -> Option<Number> {
    let (negative, unsigned) = match text.split_first()? {
        (b'-', rest) => (true, rest),
        (b'+', rest) => (false, rest),
        _ => (false, text),
    };
    let mut mantissa = 0_u64;
    let mut digits = 0;
    let mut point = None;
    let mut at = 0;
    while let Some(&byte) = unsigned.get(at) {
        let digit = byte.wrapping_sub(b'0');
        if digit <= 9 {
            // May overflow only with more digits than are looked at below.
            mantissa = mantissa.wrapping_mul(10).wrapping_add(u64::from(digit));
            digits += 1;
        } else if byte == b'.' && point.is_none() {
            point = Some(at);
        } else {
            break;
        }
        at += 1;
    }
    if digits == 0 || !is_exponent(&unsigned[at..]) {
        return None;
    }
    let decimals = point.map_or(0, |point| at - point - 1);
    let short = digits <= 15 && at == unsigned.len();
    let value = match POWERS.get(decimals) {
        // Both are exact, so the one rounding of the division gives the nearest float, as the full parser
        // would.
        Some(power) if short => {
            let magnitude = mantissa as f64 / power;
            if negative { -magnitude } else { magnitude }
        }
        _ => std::str::from_utf8(text).ok()?.parse().ok()?,
    };
    // Adding zero turns the negative zero, which sorts and prints on its own, into zero.
    let value = value + 0.0;
    if !value.is_finite() {
        None
    } else if point.is_some() || at < unsigned.len() {
        Some(Number::Decimal(value))
    } else if value.abs() < EXACT {
        Some(Number::Integer(value))
    } else {
        Some(Number::WideInteger(value))
    }
}

/// Whether `text` is empty or an exponent.
fn is_exponent(text: &[u8]) -> bool {
    let digits = match text {
        [] => return true,
        [b'e' | b'E', b'+' | b'-', digits @ ..] | [b'e' | b'E', digits @ ..] => digits,
        _ => return false,
    };
    !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_told_from_what_only_looks_like_one() {
        let cases = [
            ("0", Some(Number::Integer(0.0))),
            ("-0", Some(Number::Integer(0.0))),
            ("+7", Some(Number::Integer(7.0))),
            ("007", Some(Number::Integer(7.0))),
            ("9007199254740991", Some(Number::Integer(9_007_199_254_740_991.0))),
            ("9007199254740993", Some(Number::WideInteger(9_007_199_254_740_992.0))),
            ("3.50", Some(Number::Decimal(3.5))),
            (".5", Some(Number::Decimal(0.5))),
            ("5.", Some(Number::Decimal(5.0))),
            ("1e3", Some(Number::Decimal(1000.0))),
            ("-1.5E-2", Some(Number::Decimal(-0.015))),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text.as_bytes()), expected, "{text}");
        }
        let others = [
            "", "-", ".", "+.", "e5", "1e", "1e+", "1.2.3", "1,5", "0x10", "inf", "NaN", "1e999", "1 2",
            "--1",
        ];
        for text in others {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_decimal_is_the_float_that_the_standard_library_reads(
            text in "[+-]?[0-9]{1,20}(\\.[0-9]{0,20})?([eE][+-]?[0-9]{1,2})?",
        ) {
            let value = match parse(text.as_bytes()) {
                Some(Number::Integer(value) | Number::WideInteger(value) | Number::Decimal(value)) => value,
                None => panic!("{text} is a number"),
            };
            prop_assert_eq!(value, text.parse::<f64>().unwrap());
        }
    }
}
