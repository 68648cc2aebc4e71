//! Dates and times of day in the forms of ISO 8601 that RFC 3339 allows, with or without an offset.

/// What a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    /// `2026-03-01`
    Date,
    /// `2026-03-01T12:30:00Z`, `2026-03-01 12:30`, `2026-03-01T12:30:00.25+01:00`
    DateTime,
}

/// Reads a date that exists in the calendar, and a time of day if one follows after `T`, `t` or a space.
/// Seconds, their fraction and the offset are optional.
pub(super) fn parse(text: &[u8]) -> Option<Moment> {
    let (date, rest) = text.split_at_checked(10)?;
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *date else { return None };
    let year = two_digits(y1, y2)? * 100 + two_digits(y3, y4)?;
    let month = two_digits(m1, m2)?;
    let day = two_digits(d1, d2)?;
    if day == 0 || day > days_in(year, month)? {
        return None;
    }
    match rest {
        [] => Some(Moment::Date),
        [b'T' | b't' | b' ', time @ ..] => is_time(time).then_some(Moment::DateTime),
        _ => None,
    }
}

fn is_time(text: &[u8]) -> bool {
    let [h1, h2, b':', m1, m2, rest @ ..] = text else { return false };
    if !(in_range(*h1, *h2, 23) && in_range(*m1, *m2, 59)) {
        return false;
    }
    let offset = match rest {
        // 60 is a leap second.
        [b':', s1, s2, rest @ ..] if in_range(*s1, *s2, 60) => match rest {
            [b'.', fraction @ ..] => {
                let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
                if digits == 0 {
                    return false;
                }
                &fraction[digits..]
            }
            _ => rest,
        },
        _ => rest,
    };
    match offset {
        [] | [b'Z' | b'z'] => true,
        [b'+' | b'-', h1, h2, b':', m1, m2] => in_range(*h1, *h2, 23) && in_range(*m1, *m2, 59),
        _ => false,
    }
}

fn in_range(tens: u8, ones: u8, largest: u32) -> bool {
    two_digits(tens, ones).is_some_and(|number| number <= largest)
}

fn two_digits(tens: u8, ones: u8) -> Option<u32> {
    (tens.is_ascii_digit() && ones.is_ascii_digit())
        .then(|| u32::from(tens - b'0') * 10 + u32::from(ones - b'0'))
}

fn days_in(year: u32, month: u32) -> Option<u32> {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => Some(31),
        4 | 6 | 9 | 11 => Some(30),
        2 => Some(if leap { 29 } else { 28 }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_that_exist_are_dates() {
        for text in ["2026-03-01", "2024-02-29", "2000-02-29", "0001-12-31"] {
            assert_eq!(parse(text.as_bytes()), Some(Moment::Date), "{text}");
        }
        for text in
            ["2026-02-29", "1900-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "2026-01-00", "26-01-01"]
        {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn a_time_of_day_makes_a_datetime() {
        for time in
            ["T12:30:00Z", " 12:30", "t23:59:60z", "T00:00:00.123456+05:30", "T12:30-08:00", " 01:02:03"]
        {
            assert_eq!(parse(format!("2026-03-01{time}").as_bytes()), Some(Moment::DateTime), "{time}");
        }
        for time in [
            "T",
            "T24:00",
            "T12",
            "T12:60",
            "T12:30:61",
            "T12:30:00.",
            "T12:30:00+5",
            "x12:30",
            "T12:30:00ZZ",
        ] {
            assert_eq!(parse(format!("2026-03-01{time}").as_bytes()), None, "{time}");
        }
    }
}
