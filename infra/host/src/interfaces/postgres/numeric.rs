//! `numeric` between its text and its binary form: base-10,000 digits, the first `weight` + 1 of
//! them before the point.

use bytes::{Buf, BufMut, BytesMut};
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use super::parameter::Unsuitable;

const NEGATIVE: u16 = 0x4000;
const NAN: u16 = 0xC000;
const INFINITY: u16 = 0xD000;
const NEGATIVE_INFINITY: u16 = 0xF000;
/// Decimal digits in one digit of the binary form.
const GROUP: usize = 4;
const BAD: Unsuitable = Unsuitable::Form("decimal number");

/// A decimal number as text, for arrays.
#[derive(Debug)]
pub(super) struct Decimal<'a>(pub(super) &'a str);

impl ToSql for Decimal<'_> {
    fn to_sql(
        &self,
        _: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        encode(self.0, out)?;
        Ok(IsNull::No)
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::NUMERIC
    }

    to_sql_checked!();
}

/// Writes the binary form.
pub(super) fn encode(text: &str, out: &mut BytesMut) -> Result<(), Unsuitable> {
    let text = text.trim();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (NEGATIVE, digits),
        None => (0, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.eq_ignore_ascii_case("nan") {
        put_head(out, 0, 0, NAN, 0);
        return Ok(());
    }
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !plain(whole) || !plain(part) || whole.len() + part.len() == 0 {
        return Err(BAD);
    }
    let scale = u16::try_from(part.len()).map_err(|_| BAD)?;
    let padding = (GROUP - whole.len() % GROUP) % GROUP;
    let mut decimals = vec![b'0'; padding];
    decimals.extend_from_slice(whole.as_bytes());
    let groups_before = decimals.len() / GROUP;
    decimals.extend_from_slice(part.as_bytes());
    decimals.resize(decimals.len().next_multiple_of(GROUP), b'0');
    let value = |group: &[u8]| group.iter().fold(0u16, |sum, digit| sum * 10 + u16::from(digit - b'0'));
    let mut groups: Vec<u16> = decimals.chunks(GROUP).map(value).collect();
    let leading = groups.iter().take_while(|group| **group == 0).count();
    groups.drain(..leading);
    while groups.last() == Some(&0) {
        groups.pop();
    }
    let weight = i32::try_from(groups_before).unwrap_or(i32::MAX) - i32::try_from(leading).unwrap_or(0) - 1;
    let weight = if groups.is_empty() { 0 } else { i16::try_from(weight).map_err(|_| BAD)? };
    let sign = if groups.is_empty() { 0 } else { sign };
    put_head(out, u16::try_from(groups.len()).map_err(|_| BAD)?, weight, sign, scale);
    for group in groups {
        out.put_u16(group);
    }
    Ok(())
}

fn put_head(out: &mut BytesMut, groups: u16, weight: i16, sign: u16, scale: u16) {
    out.put_u16(groups);
    out.put_i16(weight);
    out.put_u16(sign);
    out.put_u16(scale);
}

/// Reads the binary form; none when it is not one.
pub(super) fn decode(mut raw: &[u8]) -> Option<String> {
    if raw.len() < 8 {
        return None;
    }
    let groups = usize::from(raw.get_u16());
    let weight = i32::from(raw.get_i16());
    let sign = raw.get_u16();
    let scale = usize::from(raw.get_u16());
    match sign {
        NAN => return Some("NaN".to_owned()),
        INFINITY => return Some("Infinity".to_owned()),
        NEGATIVE_INFINITY => return Some("-Infinity".to_owned()),
        _ => {}
    }
    if raw.len() != groups * 2 {
        return None;
    }
    let digits: Vec<u16> = (0..groups).map(|_| raw.get_u16()).collect();
    let digit = |position: i32| {
        let index = usize::try_from(weight - position).ok();
        index.and_then(|index| digits.get(index)).copied().unwrap_or(0)
    };
    let mut whole = String::new();
    for position in (0..=weight.max(0)).rev() {
        whole.push_str(&format!("{:04}", digit(position)));
    }
    let whole = whole.trim_start_matches('0');
    let mut part = String::new();
    let mut position = -1;
    while part.len() < scale {
        part.push_str(&format!("{:04}", digit(position)));
        position -= 1;
    }
    part.truncate(scale);
    let mut text = String::from(if sign == NEGATIVE { "-" } else { "" });
    text.push_str(if whole.is_empty() { "0" } else { whole });
    if scale > 0 {
        text.push('.');
        text.push_str(&part);
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_survives_the_way_there_and_back() {
        for text in [
            "0",
            "1",
            "-1",
            "10000",
            "12345678.9",
            "0.0001",
            "-0.00001",
            "99.00",
            "0.10",
            "1000000000000",
            "NaN",
        ] {
            let mut raw = BytesMut::new();
            encode(text, &mut raw).unwrap();
            assert_eq!(decode(&raw).as_deref(), Some(text));
        }
    }

    #[test]
    fn the_binary_form_is_postgres_own() {
        let mut raw = BytesMut::new();
        encode("-12345.678", &mut raw).unwrap();
        // As `select numeric_send(-12345.678)` shows it.
        assert_eq!(raw[..], [0, 3, 0, 1, 0x40, 0, 0, 3, 0, 1, 0x09, 0x29, 0x1a, 0x7c]);
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", ".", "1e5", "1.2.3", "--1", "ten"] {
            assert_eq!(encode(text, &mut BytesMut::new()), Err(BAD), "{text}");
        }
    }
}
