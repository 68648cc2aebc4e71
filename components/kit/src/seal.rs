//! Sealing: text that only who knows the master key can read or change.
//!
//! ChaCha20-Poly1305 (RFC 8439) under a key derived from the master key by HKDF-SHA-256 (RFC 5869), one for each
//! purpose. The nonce is random, 96 bits: a purpose that seals fewer than 2^32 texts repeats none with a probability
//! above 2^-32, and every `info` has a key of its own.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use hkdf::Hkdf;
use sha2::Sha256;

use crate::sql::master_keys::MasterKeys;

const NONCE_LENGTH: usize = 12;

/// Seals `text` for the purpose that `info` names.
#[must_use]
pub fn seal(master_key: &str, info: &str, nonce: [u8; NONCE_LENGTH], text: &str) -> Option<String> {
    let sealed = cipher(master_key, info)?.encrypt(&Nonce::from(nonce), text.as_bytes()).ok()?;
    Some(URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat()))
}

/// Opens what [`seal`] sealed. `None` for another key, another purpose, and for anything that was changed.
#[must_use]
pub fn open(master_key: &str, info: &str, sealed: &str) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
    let (nonce, sealed) = bytes.split_first_chunk::<NONCE_LENGTH>()?;
    let text = cipher(master_key, info)?.decrypt(&Nonce::from(*nonce), sealed).ok()?;
    String::from_utf8(text).ok()
}

/// Opens what was sealed under one of the master keys.
#[must_use]
pub fn open_with(keys: &MasterKeys, info: &str, sealed: &str) -> Option<String> {
    keys.iter().find_map(|key| open(key, info, sealed))
}

/// 256 bits that only who knows the master key can compute, one value for each `info`.
#[must_use]
pub fn derive(master_key: &str, info: &str) -> Option<[u8; 32]> {
    let mut key = [0; 32];
    Hkdf::<Sha256>::new(None, master_key.as_bytes()).expand(info.as_bytes(), &mut key).ok()?;
    Some(key)
}

/// What all that a master key derives is derived from (RFC 5869, 2.2): whoever has it needs the key itself no more.
#[must_use]
pub fn extract(master_key: &str) -> [u8; 32] {
    Hkdf::<Sha256>::extract(None, master_key.as_bytes()).0.into()
}

/// As [`derive()`], from what was extracted or from 256 random bits (RFC 5869, 3.3).
#[must_use]
pub fn derive_from(key: &[u8; 32], info: &str) -> Option<[u8; 32]> {
    let mut derived = [0; 32];
    Hkdf::<Sha256>::from_prk(key).ok()?.expand(info.as_bytes(), &mut derived).ok()?;
    Some(derived)
}

fn cipher(master_key: &str, info: &str) -> Option<ChaCha20Poly1305> {
    derive(master_key, info).map(|key| ChaCha20Poly1305::new(&Key::from(key)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Protects recovery codes and checkpoints that were made when all was derived from the master key itself.
    #[test]
    fn what_was_extracted_derives_what_the_master_key_did() {
        let extracted = extract("master");
        assert_eq!(derive_from(&extracted, "purpose"), derive("master", "purpose"));
        assert_ne!(derive_from(&extracted, "other"), derive("master", "purpose"));
    }

    #[test]
    fn only_the_same_key_and_purpose_open_what_was_sealed() {
        let sealed = seal("master", "purpose", [7; 12], "text").unwrap();
        assert_eq!(open("master", "purpose", &sealed).as_deref(), Some("text"));
        assert_eq!(open("other", "purpose", &sealed), None);
        assert_eq!(open("master", "other", &sealed), None);
        let mut changed = sealed.into_bytes();
        changed[20] ^= 1;
        assert_eq!(open("master", "purpose", &String::from_utf8(changed).unwrap()), None);
        assert_eq!(open("master", "purpose", "short"), None);
    }
}
