//! Which text is a password: normalised, long enough, and none of the first ones that anybody tries.
//!
//! The form follows PRECIS's OpaqueString (RFC 8265, 4.2): spaces of other scripts become ASCII spaces, letters and
//! their accents are composed (NFC), control characters are refused. So whoever typed an accent as one character and
//! whoever typed it as two has the same password. What is left out is the profile's table of assigned characters: a
//! password may hold a character that is younger than the table.
//!
//! `common.txt` holds those of the 50,000 most frequent passwords of 12 characters or more that nobody should have: the
//! first 4,000 of that length of "10-million-password-list-top-1000000" (SecLists, MIT licence), in small letters,
//! sorted, without those that are addresses or not ASCII.

use insula_kit::validate::FieldError;
use unicode_normalization::UnicodeNormalization;

const LENGTH: std::ops::RangeInclusive<usize> = 12..=256;
/// What a password may have as it is typed, in bytes. Composed, more than this has more than 256 characters.
const MAX_TYPED_BYTES: usize = 4_096;
/// How much has to be left of a password without what everybody knows of its owner.
const MIN_OWN_LENGTH: usize = 8;
/// Words that are shorter are no hint.
const MIN_WORD_LENGTH: usize = 3;

const COMMON: &str = include_str!("common.txt");

/// The one form of a password, however it was typed.
pub fn normal(text: &str) -> String {
    text.chars().map(|character| if is_space(character) { ' ' } else { character }).nfc().collect()
}

/// The same, of what somebody presents; none for what is longer than a password can be.
pub fn presented(text: &str) -> Option<String> {
    (text.len() <= MAX_TYPED_BYTES).then(|| normal(text))
}

/// Reads a new password: 12 to 256 characters, any but control characters, and not one that many have.
pub fn parse(field: &str, text: &str) -> Result<String, FieldError> {
    let wrong_length = || {
        let detail = format!("must have {} to {} characters", LENGTH.start(), LENGTH.end());
        FieldError::new(field, "length", detail)
    };
    let text = presented(text).ok_or_else(wrong_length)?;
    if !LENGTH.contains(&text.chars().count()) {
        return Err(wrong_length());
    }
    if text.chars().any(char::is_control) {
        return Err(FieldError::new(field, "characters", "must not contain control characters"));
    }
    if is_common(&text) {
        return Err(too_common(field));
    }
    Ok(text)
}

/// Refuses a password that is little more than what everybody knows of its owner.
pub fn refuse_own(field: &str, text: &str, known: &[&str]) -> Result<(), FieldError> {
    let mut left = text.to_lowercase();
    let mut words: Vec<String> = known.iter().flat_map(|words| split(words)).collect();
    words.push("insula".to_owned());
    // The longest first, so that no short word breaks a long one.
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    for word in &words {
        left = left.replace(word.as_str(), "");
    }
    if left.chars().filter(|character| character.is_alphanumeric()).count() < MIN_OWN_LENGTH
        && left.len() < text.to_lowercase().len()
    {
        return Err(too_common(field));
    }
    Ok(())
}

fn split(text: &str) -> Vec<String> {
    let text = normal(text).to_lowercase();
    let words = text.split(|character: char| !character.is_alphanumeric()).map(str::to_owned);
    words.filter(|word| word.chars().count() >= MIN_WORD_LENGTH).collect()
}

fn too_common(field: &str) -> FieldError {
    FieldError::new(field, "too_common", "must not be one that others would guess early: take several words")
}

fn is_common(text: &str) -> bool {
    let small = text.to_lowercase();
    let characters: Vec<char> = small.chars().collect();
    is_repeated(&characters) || is_sequence(&characters) || COMMON.lines().any(|common| common == small)
}

/// Whether it is a shorter text over and over, which is no longer than that one; or has hardly any characters.
fn is_repeated(characters: &[char]) -> bool {
    let mut different: Vec<char> = characters.to_vec();
    different.sort_unstable();
    different.dedup();
    let repeats =
        |length: usize| characters.iter().zip(&characters[length..]).all(|(one, other)| one == other);
    let short = LENGTH.start() - 1;
    different.len() < 4 || (1..=short.min(characters.len() / 2)).any(repeats)
}

/// Whether each character follows the one before it: `abcdefghijkl`, `210987654321`.
fn is_sequence(characters: &[char]) -> bool {
    let follows = |step: i32| {
        move |pair: &[char]| {
            let (from, to) = (i64::from(u32::from(pair[0])), i64::from(u32::from(pair[1])));
            let is_round = matches!((step, pair[0], pair[1]), (1, '9', '0') | (-1, '0', '9'));
            is_round || to - from == i64::from(step)
        }
    };
    characters.windows(2).all(follows(1)) || characters.windows(2).all(follows(-1))
}

/// The spaces of Unicode (category Zs).
const fn is_space(character: char) -> bool {
    matches!(
        character,
        '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> &'static str {
        parse("password", text).map_or_else(|error| error.code, |_| "accepted")
    }

    fn own(text: &str, known: &[&str]) -> bool {
        refuse_own("password", text, known).is_err()
    }

    #[test]
    fn a_password_has_12_to_256_characters_of_any_kind_but_controls() {
        let long: String = (0..256).filter_map(|at| char::from_u32(0x4e00 + 7 * at)).collect();
        for good in ["correct horse", "\u{1f40e}\u{e4}         \u{e4}xy", &long] {
            assert_eq!(code(good), "accepted", "{good}");
        }
        for bad in
            ["", "eleven char", &"\u{1f40e}".repeat(11), &"0123abc\u{1f40e}".repeat(33), &"x".repeat(5_000)]
        {
            assert_eq!(code(bad), "length");
        }
        assert_eq!(code("correct\0horse"), "characters");
        assert_eq!(code("correct\nhorse"), "characters");
    }

    #[test]
    fn however_an_accent_or_a_space_is_typed_the_password_is_the_same() {
        let composed = "cr\u{e8}me br\u{fb}l\u{e9}e";
        assert_eq!(normal("cre\u{300}me bru\u{302}le\u{301}e"), composed);
        assert_eq!(normal("cr\u{e8}me\u{a0}br\u{fb}l\u{e9}e"), composed);
        assert_eq!(normal("\u{1112}\u{1161}\u{11ab}"), "\u{d55c}");
        // NFC and not NFKC: what looks different stays different.
        assert_ne!(normal("\u{fb01}"), "fi");
        assert_eq!(code("e\u{301}".repeat(11).as_str()), "length", "counted as it is kept");
    }

    #[test]
    fn what_is_longer_than_a_password_can_be_is_not_normalised() {
        assert!(presented(&"a".repeat(MAX_TYPED_BYTES)).is_some());
        assert!(presented(&"a".repeat(MAX_TYPED_BYTES + 1)).is_none());
        // The character that composing shortens most, by bytes, as often as a password may have it.
        let longest = "\u{1f82}".repeat(256).nfd().collect::<String>();
        assert!(longest.len() <= MAX_TYPED_BYTES && presented(&longest).unwrap().chars().count() == 256);
    }

    #[test]
    fn what_many_have_and_what_has_a_simple_pattern_is_too_common() {
        for common in [
            "Administrator",
            "1q2w3e4r5t6y",
            "aaaaaaaaaaaa",
            "abababababab",
            "passwordpassword",
            "PasswordPassword",
            "hellohellohello",
            "123456789012",
            "abcdefghijkl",
            "zyxwvutsrqponm",
            "210987654321",
            "112211221122",
            "            ",
        ] {
            assert_eq!(code(common), "too_common", "{common}");
        }
        assert_eq!(code("correct horse battery staple"), "accepted");
    }

    #[test]
    fn the_list_is_sorted_in_small_letters_and_holds_nothing_that_is_refused_anyway() {
        let words: Vec<&str> = COMMON.lines().collect();
        assert!(words.len() > 3_500 && words.is_sorted(), "{}", words.len());
        assert!(words.iter().all(|word| word.len() >= *LENGTH.start() && *word == word.to_lowercase()));
    }

    #[test]
    fn what_everybody_knows_of_the_owner_does_not_count() {
        let known = ["ada.lovelace@example.org", "Ada Lovelace"];
        for own_words in
            ["ada.lovelace@example.org", "AdaLovelace1815", "lovelace-ada-ada", "insula-lovelace1"]
        {
            assert!(own(own_words, &known), "{own_words}");
        }
        for good in ["ada likes strong horses", "correct horse battery", "::::----::::----x.y!"] {
            assert!(!own(good, &known), "{good}");
        }
    }
}
