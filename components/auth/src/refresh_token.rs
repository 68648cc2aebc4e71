//! Refresh tokens: 256 random bits that are exchanged, once, for the next ones (RFC 9700, 4.14.2).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use insula_domain::credential;
use insula_kit::time::Timestamp;

/// How long a token may wait for its exchange.
pub const LIFETIME_SECONDS: i64 = 7 * 24 * 60 * 60;
/// What it begins with, so that scanners for leaked secrets recognise it.
const PREFIX: &str = "ins_refresh_";

/// The text of a token. It can be put into the one answer that shows it, and into a digest; it can't be printed.
pub struct RefreshToken(String);

impl RefreshToken {
    /// A new one.
    pub fn new(random: [u8; 32]) -> Self {
        Self(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(random)))
    }

    /// What somebody presents as one.
    pub const fn presented(text: String) -> Self {
        Self(text)
    }

    /// What is stored of it.
    pub fn digest(&self) -> String {
        credential::digest(&self.0)
    }

    /// The text, for its owner.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// When a token ends that is made now.
pub const fn expires_at(now: Timestamp) -> Timestamp {
    now.plus_ms(LIFETIME_SECONDS * 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_holds_all_its_random_bits_and_is_known_by_its_digest() {
        let token = RefreshToken::new([255; 32]);
        assert_eq!(token.reveal(), format!("ins_refresh_{}8", "_".repeat(42)));
        assert_eq!(RefreshToken::presented(token.reveal().to_owned()).digest(), token.digest());
        assert_ne!(RefreshToken::new([254; 32]).digest(), token.digest());
    }
}
