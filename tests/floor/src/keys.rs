//! API keys by the million, for a database that is as full as a platform's.

use std::io::{BufWriter, Write as _};

use insula_domain::credential;

/// Writes as many rows as CSV to the standard output: number, id, digest, text. The secrets are no secrets.
pub fn write(count: u64) -> std::io::Result<()> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    for number in 0..count {
        let suffix = suffix(number);
        let text = credential::api_key(true, &suffix, &format!("{number:0>43}"));
        writeln!(out, "{number},key_{suffix},{},{text}", credential::digest(&text))?;
    }
    out.flush()
}

/// The 26 digits of Crockford's alphabet that TypeIDs have, the lowest ones first among the last eight: so the ids are
/// spread over the index, as those of many machines are.
fn suffix(number: u64) -> String {
    let digit = |place: u32| {
        let digit = usize::try_from(number >> (5 * place) & 31).unwrap_or_default();
        char::from(b"0123456789abcdefghjkmnpqrstvwxyz"[digit])
    };
    format!("{:0>26}", (0..8).map(digit).collect::<String>())
}

#[cfg(test)]
mod tests {
    use insula_domain::credential::Presented;

    use super::*;

    #[test]
    fn a_key_is_one_that_the_guard_looks_up() {
        let suffix = suffix(999_999);
        let text = credential::api_key(true, &suffix, &format!("{:0>43}", 999_999));
        assert_ne!(super::suffix(1), super::suffix(32));
        assert_eq!(Presented::parse(&text), Some(Presented::ApiKey { id_suffix: &suffix }));
    }
}
