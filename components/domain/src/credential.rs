//! Secrets that programs present: API keys and the operator's key. Format, checksum, digest.
//!
//! ```text
//! ins_live_01j9z…(26)_Zm9v…(43)_1a2b3c4d        an API key: ins_<live|test>_<key id>_<secret>_<crc32>
//! insop_Zm9v…(43)_1a2b3c4d                      the operator's key
//! ```
//!
//! Whatever else is long and random enough may be a key of another system that was imported.
//!
//! The key id is the suffix of the key's public id (`key_01j9z…`), the secret is 256 random bits in unpadded
//! base64url, the checksum is CRC-32 (IEEE) over everything before the last underscore, in hexadecimal. So a
//! scanner can recognise a leaked key, and a mistyped one is refused without asking the database. Only the
//! SHA-256 of the whole text is ever stored: a fast digest is enough, because 256 random bits can't be guessed.

use sha2::{Digest, Sha256};

/// The number of characters of a secret: 32 bytes in unpadded base64url.
pub const SECRET_LENGTH: usize = 43;
/// The longest credential that is looked at, in bytes. Longer ones are refused unread.
pub const MAX_LENGTH: usize = 8 * 1024;

/// How long a key of another system may be. A shorter one could be guessed.
pub const FOREIGN_LENGTH: std::ops::RangeInclusive<usize> = 20..=256;

const KEY_ID_LENGTH: usize = 26;
/// The fewest different characters of a key of another system: fewer are no random key.
const FOREIGN_CHARACTERS: usize = 8;

/// What a caller presented, told apart by its form alone. Nothing is proven yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presented<'a> {
    /// An API key whose checksum is right; the suffix of its public id.
    ApiKey {
        /// The suffix of the key's public id.
        id_suffix: &'a str,
    },
    /// The operator's key, checksum right.
    OperatorKey,
    /// Something that may be an access token.
    Token,
    /// Something that may be a key of another system, which was imported.
    Foreign,
}

impl<'a> Presented<'a> {
    /// Tells what `text` is. `None` is no credential of any kind, or one with a wrong checksum.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        if text.len() > MAX_LENGTH {
            return None;
        }
        if let Some(rest) = text.strip_prefix("insop_") {
            return (has_right_checksum(text) && secret_of(rest)?.len() == SECRET_LENGTH)
                .then_some(Self::OperatorKey);
        }
        if text.starts_with("ins_") {
            return Self::parse_api_key(text);
        }
        if text.split('.').count() == 3 && text.bytes().all(is_token_byte) {
            return Some(Self::Token);
        }
        is_foreign(text).then_some(Self::Foreign)
    }

    fn parse_api_key(text: &'a str) -> Option<Self> {
        let rest = text.strip_prefix("ins_live_").or_else(|| text.strip_prefix("ins_test_"))?;
        let (id_suffix, rest) = rest.split_once('_')?;
        let well_formed = id_suffix.len() == KEY_ID_LENGTH
            && id_suffix.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
            && secret_of(rest)?.len() == SECRET_LENGTH
            && has_right_checksum(text);
        well_formed.then_some(Self::ApiKey { id_suffix })
    }
}

/// Whether the text may be a random key of another system: long enough, of visible characters, enough of them different.
/// Nobody can see how it was made; but what people think up, and what repeats itself, is mostly shorter or simpler.
fn is_foreign(text: &str) -> bool {
    let mut characters: Vec<u8> = text.bytes().collect();
    let visible = characters.iter().all(u8::is_ascii_graphic);
    characters.sort_unstable();
    characters.dedup();
    FOREIGN_LENGTH.contains(&text.len()) && visible && characters.len() >= FOREIGN_CHARACTERS
}

/// The text of an API key made of its parts. `secret` is [`SECRET_LENGTH`] characters of base64url.
#[must_use]
pub fn api_key(live: bool, id_suffix: &str, secret: &str) -> String {
    let body = format!("ins_{}_{id_suffix}_{secret}", if live { "live" } else { "test" });
    let checksum = crc32fast::hash(body.as_bytes());
    format!("{body}_{checksum:08x}")
}

/// What may be shown of a key after its creation: everything before the secret.
#[must_use]
pub fn prefix(live: bool, id_suffix: &str) -> String {
    format!("ins_{}_{id_suffix}", if live { "live" } else { "test" })
}

/// What is stored of a credential: its SHA-256, in lower-case hexadecimal.
#[must_use]
pub fn digest(text: &str) -> String {
    hexadecimal(&Sha256::digest(text.as_bytes()))
}

/// Bytes in lower-case hexadecimal.
#[must_use]
pub fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| char::from(DIGITS[usize::from(value & 15)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(*byte)]).collect()
}

/// The secret in `<secret>_<crc32>`. A secret may itself hold underscores: base64url has them.
fn secret_of(text: &str) -> Option<&str> {
    let (secret, _) = text.rsplit_once('_')?;
    secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_').then_some(secret)
}

fn has_right_checksum(text: &str) -> bool {
    text.rsplit_once('_').is_some_and(|(body, checksum)| {
        checksum.len() == 8
            && checksum.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
            && u32::from_str_radix(checksum, 16) == Ok(crc32fast::hash(body.as_bytes()))
    })
}

const fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ID: &str = "01h455vb4pex5vsknk084sn02q";
    const SECRET: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA_-_0";

    #[test]
    fn a_key_is_recognised_by_its_form() {
        let key = api_key(true, ID, SECRET);
        assert_eq!(Presented::parse(&key), Some(Presented::ApiKey { id_suffix: ID }));
        assert!(key.starts_with(&prefix(true, ID)));
        assert_eq!(Presented::parse("aaa.bbb.ccc"), Some(Presented::Token));
        for nonsense in
            ["", "x", "Basic abc", "a.b", "a.b.c.d", "ins_live_", "insop__", "a.b.c\n", "ins_prod_x_y_z"]
        {
            assert_eq!(Presented::parse(nonsense), None, "{nonsense:?}");
        }
    }

    #[test]
    fn a_key_of_another_system_is_long_and_of_many_characters() {
        for foreign in ["sk_test_4eC39HqLyjWDarjtT1zdp7dc", "0123456789abcdef0123", "a.b!c/d+e=f~g:h;i,j-k"] {
            assert_eq!(Presented::parse(foreign), Some(Presented::Foreign), "{foreign:?}");
        }
        let long = "abcdefgh".repeat(32);
        assert_eq!(Presented::parse(&long), Some(Presented::Foreign));
        for other in [
            "0123456789abcdef012",
            "aaaaaaaaaaaaaaaaaaaaaaaa",
            "abcdefgabcdefgabcdefg",
            "correct horse battery staple",
            "sk_test_4eC39HqLyjWDarjtT1zdp7d\u{e9}",
            "ins_0123456789abcdef0123",
            "insop_0123456789abcdef0123",
            &format!("{long}i"),
        ] {
            assert_eq!(Presented::parse(other), None, "{other:?}");
        }
    }

    proptest! {
        #[test]
        fn one_wrong_character_is_seen_without_the_database(at in 0..88_usize, other in "[a-zA-Z0-9]") {
            let key = api_key(false, ID, SECRET);
            let at = at % key.len();
            let mut wrong = key.clone();
            wrong.replace_range(at..=at, &other);
            prop_assume!(wrong != key);
            let seen = matches!(Presented::parse(&wrong), Some(Presented::ApiKey { .. }));
            prop_assert!(!seen);
        }

        #[test]
        fn no_input_makes_it_panic(text in "\\PC{0,200}") {
            let _ = Presented::parse(&text);
        }
    }
}
