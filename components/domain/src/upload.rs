//! What an upload may have.

/// Where nobody says otherwise.
pub const LIMIT_MIB: usize = 64;
/// The most that can be allowed.
const MOST_MIB: usize = 1 << 10;
/// What to write, for whoever wrote something else.
pub const LIMIT_EXPECTED: &str = "the MiB that an upload may have, a whole number from 1 to 1024";

/// Reads a limit in MiB; none for what is no such number.
#[must_use]
pub fn limit_bytes(text: &str) -> Option<usize> {
    let mebibytes: usize = text.parse().ok()?;
    (1..=MOST_MIB).contains(&mebibytes).then_some(mebibytes << 20)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_a_whole_number_of_mebibytes_within_bounds() {
        assert_eq!(limit_bytes("1"), Some(1 << 20));
        assert_eq!(limit_bytes("1024"), Some(1 << 30));
        for text in ["", "0", "-1", "1025", "64 MiB", "1.5", "many", "99999999999999999999999"] {
            assert_eq!(limit_bytes(text), None, "{text:?}");
        }
    }
}
