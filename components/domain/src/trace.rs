//! What a request's headers say of its id and of its place in a trace (W3C `traceparent`).

/// Whether a caller's request id is taken over: `[A-Za-z0-9._-]{1,64}`.
#[must_use]
pub fn is_request_id(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=64).contains(&text.len()) && text.bytes().all(plain)
}

/// The trace id and whether the caller records it; none when the header is not version 00 as
/// W3C defines it, or a later version that begins like it.
#[must_use]
pub fn parse_traceparent(text: &str) -> Option<(String, bool)> {
    let field = |from: usize, to: usize| text.get(from..to);
    let lower_hex = |part: &str| part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let (version, trace, parent, flags) = (field(0, 2)?, field(3, 35)?, field(36, 52)?, field(53, 55)?);
    let dashes = [2, 35, 52].iter().all(|at| text.as_bytes().get(*at) == Some(&b'-'));
    let ended = text.len() == 55 || (version != "00" && text.as_bytes().get(55) == Some(&b'-'));
    let digits = [version, trace, parent, flags].into_iter().all(lower_hex);
    let zero = |part: &str| part.bytes().all(|byte| byte == b'0');
    if !dashes || !ended || !digits || version == "ff" || zero(trace) || zero(parent) {
        return None;
    }
    let sampled = u8::from_str_radix(flags, 16).is_ok_and(|bits| bits & 1 == 1);
    Some((trace.to_owned(), sampled))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_request_id_is_a_short_plain_word() {
        for good in ["a", "job-7.a_B", &"x".repeat(64)] {
            assert!(is_request_id(good), "{good}");
        }
        for bad in ["", "a b", "\u{e4}", "a/b", "a\r\nb", &"x".repeat(65)] {
            assert!(!is_request_id(bad), "{bad:?}");
        }
    }

    #[test]
    fn a_traceparent_is_read_as_w3c_defines_it() {
        let zeroes = format!("00-{}-00f067aa0ba902b7-01", "0".repeat(32));
        let longer = format!("{PARENT}-x");
        let upper = PARENT.to_uppercase();
        assert_eq!(parse_traceparent(PARENT), Some(("4bf92f3577b34da6a3ce929d0e0e4736".to_owned(), true)));
        for bad in ["", "00", &zeroes, &longer, &upper, &PARENT.replacen("00", "ff", 1)] {
            assert_eq!(parse_traceparent(bad), None, "{bad}");
        }
        assert!(parse_traceparent(&longer.replacen("00", "01", 1)).is_some(), "later versions may be longer");
    }
}
