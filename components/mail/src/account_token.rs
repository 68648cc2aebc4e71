//! The tokens that are mailed to a person: what they are for, and how long they are good for.
//!
//! A token is used once, and only its digest is stored. Of those that confirm an address only the newest counts, which
//! nobody but its person can ask for; those that replace a password, which anybody can ask for, count until one is used.

use insula_kit::time::Timestamp;
use insula_kit::token::{self, Token};

const MINUTE_MS: i64 = 60_000;
/// How long nothing more is mailed to a person for the same purpose, whoever asks for it how often.
const PAUSE_MS: i64 = 5 * MINUTE_MS;

/// Proves that its holder reads the mail of an address.
pub enum VerifyEmail {}

/// Lets its holder choose a new password.
pub enum ResetPassword {}

/// What a mailed token is for.
pub trait Purpose: token::Purpose {
    /// Its name in the database.
    const NAME: &'static str;
    /// How long it is good for. The letter that brings it says so.
    const LIFETIME_MS: i64;
}

impl token::Purpose for VerifyEmail {
    const PREFIX: &'static str = "ins_verify_";
}
impl Purpose for VerifyEmail {
    const NAME: &'static str = "verify_email";
    const LIFETIME_MS: i64 = 7 * 24 * 60 * MINUTE_MS;
}

impl token::Purpose for ResetPassword {
    const PREFIX: &'static str = "ins_reset_";
}
impl Purpose for ResetPassword {
    const NAME: &'static str = "reset_password";
    const LIFETIME_MS: i64 = 45 * MINUTE_MS;
}

/// A token that is about to be stored and mailed.
pub struct Fresh {
    /// Its text, for the letter.
    pub code: String,
    /// What it is for.
    pub purpose: &'static str,
    /// What is stored of it.
    pub digest: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl Fresh {
    /// A new token for `P`.
    #[must_use]
    pub fn new<P: Purpose>(random: [u8; 32], now: Timestamp) -> Self {
        Self::of(&Token::<P>::new(random), now)
    }

    /// A token of a text that was made before, which counts from `now` on.
    #[must_use]
    pub fn of<P: Purpose>(token: &Token<P>, now: Timestamp) -> Self {
        Self {
            code: token.reveal().to_owned(),
            purpose: P::NAME,
            digest: token.digest(),
            created_at: now,
            expires_at: now.plus_ms(P::LIFETIME_MS),
        }
    }

    /// Where an earlier token was made after this, nothing more is mailed.
    #[must_use]
    pub const fn replaces_before(&self) -> Timestamp {
        self.created_at.plus_ms(-PAUSE_MS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_says_what_it_is_for_and_ends() {
        let now = Timestamp::from_ms(1_893_456_000_000);
        let (reset, verify) =
            (Fresh::new::<ResetPassword>([1; 32], now), Fresh::new::<VerifyEmail>([1; 32], now));
        assert!(reset.code.starts_with("ins_reset_") && verify.code.starts_with("ins_verify_"));
        assert_eq!(reset.expires_at, now.plus_ms(45 * MINUTE_MS));
        assert_eq!(reset.replaces_before(), now.plus_ms(-5 * MINUTE_MS));
        assert_ne!(reset.digest, verify.digest);
    }
}
