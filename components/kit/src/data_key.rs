//! Data keys: what is secret is sealed under a key of its owner's, and the key is stored wrapped ([`crate::wrap`]).
//!
//! XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03, on RFC 8439): its nonces have 192 bits, so random ones don't repeat
//! however much is sealed. The owner and the purpose are authenticated with the text: what was sealed for one opens
//! nothing in the place of another, were it even under the same key.

pub mod platform;
pub mod subject;
pub mod tenant;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};

use crate::cx::Cx;
use crate::problem::Problem;
use crate::sql;

const NONCE_LENGTH: usize = 24;

/// A key that data are sealed under. It has no `Debug`, so that it gets into no log.
#[derive(Clone)]
pub struct DataKey {
    owner: String,
    key: [u8; 32],
}

impl DataKey {
    /// The key of an owner, whose name has no line break.
    #[must_use]
    pub const fn new(owner: String, key: [u8; 32]) -> Self {
        Self { owner, key }
    }

    /// Seals `text` for a purpose. The nonce must be random.
    #[must_use]
    pub fn seal(&self, purpose: &str, nonce: [u8; NONCE_LENGTH], text: &str) -> Option<String> {
        let bound_to = self.bound_to(purpose);
        let payload = Payload { msg: text.as_bytes(), aad: bound_to.as_bytes() };
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), payload).ok()?;
        Some(URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat()))
    }

    /// Opens what [`Self::seal`] sealed. `None` for another owner or purpose, and for anything that was changed.
    #[must_use]
    pub fn open(&self, purpose: &str, sealed: &str) -> Option<String> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_LENGTH>()?;
        let bound_to = self.bound_to(purpose);
        let payload = Payload { msg: sealed, aad: bound_to.as_bytes() };
        String::from_utf8(self.cipher().decrypt(&XNonce::from(*nonce), payload).ok()?).ok()
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&Key::from(self.key))
    }

    /// An owner has no line break, so two pairs never read the same.
    fn bound_to(&self, purpose: &str) -> String {
        format!("{}\n{purpose}", self.owner)
    }
}

impl Cx {
    /// Seals `text` under a data key, for a purpose: what it is and, if there are many, which one.
    ///
    /// # Errors
    ///
    /// `internal` when the system has no random numbers.
    pub fn seal_under(&self, key: &DataKey, purpose: &str, text: &str) -> Result<String, Problem> {
        key.seal(purpose, self.random()?, text).ok_or_else(unreadable)
    }

    /// Opens what [`Self::seal_under`] sealed for the same owner and purpose.
    ///
    /// # Errors
    ///
    /// `internal` for another owner or purpose, and for what was changed.
    pub fn open_under(&self, key: &DataKey, purpose: &str, sealed: &str) -> Result<String, Problem> {
        key.open(purpose, sealed).ok_or_else(unreadable)
    }
}

/// The bytes of a key, which are wrapped in hexadecimal.
fn bytes(text: &str) -> Result<[u8; 32], Problem> {
    let digits: Option<Vec<u8>> = text.chars().map(|digit| u8::try_from(digit.to_digit(16)?).ok()).collect();
    let bytes = digits.map(|digits| digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect::<Vec<_>>());
    bytes.and_then(|bytes| bytes.try_into().ok()).ok_or_else(unreadable)
}

fn unreadable() -> Problem {
    sql::Error::Decode("sealed".to_owned()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(owner: &str, byte: u8) -> DataKey {
        DataKey::new(owner.to_owned(), [byte; 32])
    }

    #[test]
    fn what_was_sealed_is_opened_and_shows_nothing_of_itself() {
        let key = key("ten_1", 1);
        let sealed = key.seal("webhook", [7; 24], "secret").unwrap();
        assert_eq!(key.open("webhook", &sealed).as_deref(), Some("secret"));
        assert!(!sealed.contains("secret"));
        assert_ne!(key.seal("webhook", [8; 24], "secret").unwrap(), sealed);
    }

    /// Protects a tenant's secret from whoever can write the database and moves it where another may read it.
    #[test]
    fn what_was_moved_or_changed_does_not_open() {
        let own = key("ten_1", 1);
        let sealed = own.seal("webhook", [7; 24], "secret").unwrap();
        for other in [key("ten_2", 1), key("ten_1", 2), key("ten_1\nwebhook", 1), key("", 1)] {
            assert_eq!(other.open("webhook", &sealed), None);
        }
        for purpose in ["database", "", "webhook\n", "Webhook"] {
            assert_eq!(own.open(purpose, &sealed), None);
        }
        for at in 0..sealed.len() - 1 {
            let mut changed = sealed.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(own.open("webhook", std::str::from_utf8(&changed).unwrap()), None, "{at}");
        }
        for cut in [&sealed[..sealed.len() - 4], &sealed[4..], "", "short"] {
            assert_eq!(own.open("webhook", cut), None);
        }
    }

    /// The vector of draft-irtf-cfrg-xchacha-03, A.3.1: it is this cipher and no other that the library is asked for.
    #[test]
    fn the_cipher_is_the_one_of_the_draft() {
        let text =
            b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, \
                     sunscreen would be it.";
        let aad = [0x50, 0x51, 0x52, 0x53, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7];
        let key: [u8; 32] = std::array::from_fn(|at| 0x80 + u8::try_from(at).unwrap());
        let nonce: [u8; 24] = std::array::from_fn(|at| 0x40 + u8::try_from(at).unwrap());
        let payload = Payload { msg: text, aad: &aad };
        let sealed =
            DataKey::new(String::new(), key).cipher().encrypt(&XNonce::from(nonce), payload).unwrap();
        assert_eq!(sealed[..4], [0xbd, 0x6d, 0x17, 0x9d]);
        let tag =
            [0xc0, 0x87, 0x59, 0x24, 0xc1, 0xc7, 0x98, 0x79, 0x47, 0xde, 0xaf, 0xd8, 0x78, 0x0a, 0xcf, 0x49];
        assert_eq!(sealed[sealed.len() - 16..], tag);
    }
}
