//! Base32 without padding (RFC 4648): what people can type.

const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Bytes as text; five bytes are eight letters.
pub fn encode(bytes: &[u8]) -> String {
    let bit = |at: usize| bytes.get(at / 8).map_or(0, |byte| byte >> (7 - at % 8) & 1);
    let letter = |at: usize| (at..at + 5).fold(0, |value, at| value << 1 | bit(at));
    (0..bytes.len() * 8).step_by(5).map(|at| char::from(LETTERS[usize::from(letter(at))])).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_texts_are_those_of_the_specification() {
        for (text, encoded) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
        ] {
            assert_eq!(super::encode(text.as_bytes()), encoded);
        }
    }
}
