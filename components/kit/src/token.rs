//! Opaque tokens: 256 random bits after a prefix that says what they are for. Only their digest is stored.

use std::marker::PhantomData;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use insula_domain::credential;

/// What a token is for.
pub trait Purpose {
    /// What the token begins with, so that scanners for leaked secrets recognise it.
    const PREFIX: &'static str;
}

/// The text of a token. It can be put into the one message that shows it, and into a digest; it can't be printed.
pub struct Token<P>(String, PhantomData<fn() -> P>);

impl<P: Purpose> Token<P> {
    /// A new one.
    #[must_use]
    pub fn new(random: [u8; 32]) -> Self {
        Self(format!("{}{}", P::PREFIX, URL_SAFE_NO_PAD.encode(random)), PhantomData)
    }

    /// What somebody presents as one.
    #[must_use]
    pub const fn presented(text: String) -> Self {
        Self(text, PhantomData)
    }

    /// What is stored of it. A fast digest is enough, because 256 random bits can't be guessed.
    #[must_use]
    pub fn digest(&self) -> String {
        credential::digest(&self.0)
    }

    /// The text, for its owner.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    enum Test {}
    impl Purpose for Test {
        const PREFIX: &'static str = "ins_test_";
    }

    #[test]
    fn a_token_holds_all_its_random_bits_and_is_known_by_its_digest() {
        let token = Token::<Test>::new([255; 32]);
        assert_eq!(token.reveal(), format!("ins_test_{}8", "_".repeat(42)));
        assert_eq!(Token::<Test>::presented(token.reveal().to_owned()).digest(), token.digest());
        assert_ne!(Token::<Test>::new([254; 32]).digest(), token.digest());
    }
}
