//! The suffix of a TypeID: 128 bits as 26 characters that sort as the bits do.
//!
//! Source: the TypeID specification 0.3, <https://github.com/jetify-com/typeid/tree/main/spec>.

/// The characters of a suffix: Crockford's base 32, lower case.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// The length of a suffix: 130 bits for 128.
const LENGTH: usize = 26;

/// Writes the bits.
#[must_use]
pub fn encode(bits: u128) -> String {
    let digit = |at: usize| {
        let shift = 5 * (LENGTH - 1 - at);
        let value = usize::try_from((bits >> shift) & 31).unwrap_or_default();
        char::from(ALPHABET[value])
    };
    (0..LENGTH).map(digit).collect()
}

/// Reads them; none for any text that isn't the one way to write them.
#[must_use]
pub fn decode(suffix: &str) -> Option<u128> {
    // The first character holds the top three bits only: above '7' it would be 130 bits.
    if suffix.len() != LENGTH || suffix.as_bytes().first()? > &b'7' {
        return None;
    }
    suffix.bytes().try_fold(0_u128, |bits, byte| {
        let value = ALPHABET.iter().position(|letter| *letter == byte)?;
        Some((bits << 5) | u128::try_from(value).ok()?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_written_in_one_way_and_read_back() {
        for bits in [0, 1, u128::MAX, 0x0188_bac7_4afa_78aa_bc3b_bd1e_ef28_d881] {
            assert_eq!(decode(&encode(bits)), Some(bits));
        }
        // An example of the specification.
        assert_eq!(encode(0x0188_bac7_4afa_78aa_bc3b_bd1e_ef28_d881), "01h2xcejqtf2nbrexx3vqjhp41");
        for bad in
            ["", "01h2xcejqtf2nbrexx3vqjhp4", "81h2xcejqtf2nbrexx3vqjhp41", "01H2XCEJQTF2NBREXX3VQJHP41"]
        {
            assert_eq!(decode(bad), None, "{bad}");
        }
    }
}
