//! Recovery codes: 80 random bits each, that stand in for a lost device, once.

use crate::base32;

/// How many a person is given.
pub const COUNT: usize = 10;
/// Letters without the dashes between them.
const LENGTH: usize = 16;

/// A code. It has no `Debug` and no `Display`, so that it gets into no log by accident.
pub struct RecoveryCode(String);

impl RecoveryCode {
    /// A new one.
    pub fn new(random: [u8; 10]) -> Self {
        Self(base32::encode(&random).to_lowercase())
    }

    /// What somebody presents as one, with or without dashes, in capital or small letters; none if it can't be one.
    pub fn presented(text: &str) -> Option<Self> {
        let letters = text.chars().filter(|character| !matches!(character, '-' | ' '));
        let letters: String = letters.take(LENGTH + 1).map(|letter| letter.to_ascii_lowercase()).collect();
        let is_code = letters.len() == LENGTH && letters.bytes().all(|byte| byte.is_ascii_alphanumeric());
        is_code.then_some(Self(letters))
    }

    /// The code, for its owner.
    pub fn reveal(&self) -> String {
        let groups: Vec<String> = (0..LENGTH / 4).map(|at| self.0[at * 4..at * 4 + 4].to_owned()).collect();
        groups.join("-")
    }

    /// The letters, for a digest.
    pub fn letters(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_recognised_however_it_is_typed() {
        let code = RecoveryCode::new([0xa5; 10]);
        let shown = code.reveal();
        assert_eq!((shown.len(), shown.matches('-').count()), (19, 3));
        for typed in [&*shown, &shown.to_uppercase(), &shown.replace('-', ""), &shown.replace('-', " ")] {
            assert_eq!(RecoveryCode::presented(typed).unwrap().letters(), code.letters());
        }
        for bad in ["", "123456", &shown[1..], &format!("{shown}a"), "\u{e4}aaa-aaaa-aaaa-aaaa"] {
            assert!(RecoveryCode::presented(bad).is_none(), "{bad}");
        }
    }
}
