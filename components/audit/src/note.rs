//! Signed notes, as C2SP signed-note 1.0 says (<https://c2sp.org/signed-note>), with Ed25519: text, an empty line, and one
//! line for each signature. A reader ignores signatures by keys that it doesn't know, and the text of a note that no key
//! signed which it knows.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

/// The signature type of Ed25519.
const ED25519: u8 = 0x01;
/// The start of a line with a signature.
const PREFIX: &str = "— ";
/// How many signatures are looked at: each may cost a check.
const SIGNATURES_LIMIT: usize = 16;

/// Who signs: a name, and the half of a key that others check with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verifier {
    name: String,
    key: VerifyingKey,
}

/// Who signs, with the half of the key that only it has. It has no `Debug`.
pub struct Signer {
    name: String,
    key: SigningKey,
}

/// Why a note is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is not written as a signed note.
    #[error("it is not a signed note")]
    Malformed,
    /// Nobody signed it who is known.
    #[error("it is not signed with the key")]
    Unsigned,
    /// Its signature belongs to another text, or was changed.
    #[error("its signature is wrong")]
    Forged,
}

impl Signer {
    /// Who signs by that name with the key of these 256 secret bits. None for what is no name.
    #[must_use]
    pub fn new(name: &str, seed: [u8; 32]) -> Option<Self> {
        is_name(name).then(|| Self { name: name.to_owned(), key: SigningKey::from_bytes(&seed) })
    }

    /// What others check with.
    #[must_use]
    pub fn verifier(&self) -> Verifier {
        Verifier { name: self.name.clone(), key: self.key.verifying_key() }
    }

    /// The text, which ends with a new line, as a note that is signed.
    #[must_use]
    pub fn sign(&self, text: &str) -> String {
        let id = self.verifier().id();
        let signature = self.key.sign(text.as_bytes()).to_bytes();
        let line = STANDARD.encode([&id[..], &signature].concat());
        format!("{text}\n{PREFIX}{} {line}\n", self.name)
    }
}

impl Verifier {
    /// Reads a key as others are given it: name, id and public key, with `+` between.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (name, rest) = text.split_once('+')?;
        let (id, key) = rest.split_once('+')?;
        let key = STANDARD.decode(key).ok()?;
        let (kind, key) = key.split_first()?;
        let key = VerifyingKey::from_bytes(key.try_into().ok()?).ok()?;
        let verifier = Self { name: name.to_owned(), key };
        (*kind == ED25519 && is_name(name) && hexadecimal(verifier.id()) == id).then_some(verifier)
    }

    /// The key as others are given it; [`Self::parse`] reads it.
    #[must_use]
    pub fn to_text(&self) -> String {
        let key = STANDARD.encode([&[ED25519][..], self.key.as_bytes()].concat());
        format!("{}+{}+{key}", self.name, hexadecimal(self.id()))
    }

    /// Who signs.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text of a note that this key signed.
    ///
    /// # Errors
    ///
    /// Why it is not believed.
    pub fn open<'a>(&self, note: &'a str) -> Result<&'a str, Refusal> {
        let end = note.rfind("\n\n").ok_or(Refusal::Malformed)?;
        let (text, signatures) = (&note[..=end], &note[end + 2..]);
        let signatures = signatures.strip_suffix('\n').ok_or(Refusal::Malformed)?;
        if note.chars().any(|character| character.is_control() && character != '\n') {
            return Err(Refusal::Malformed);
        }
        let mut outcome = Err(Refusal::Unsigned);
        for (at, line) in signatures.split('\n').enumerate() {
            let (name, bytes) =
                signature(line).filter(|_| at < SIGNATURES_LIMIT).ok_or(Refusal::Malformed)?;
            let (id, signature) = bytes.split_first_chunk::<4>().ok_or(Refusal::Malformed)?;
            if name != self.name || *id != self.id() {
                continue;
            }
            let signature = Signature::from_slice(signature).map_err(|_| Refusal::Forged)?;
            self.key.verify_strict(text.as_bytes(), &signature).map_err(|_| Refusal::Forged)?;
            outcome = Ok(text);
        }
        outcome
    }

    /// Tells keys apart; it proves nothing.
    fn id(&self) -> [u8; 4] {
        let hash = Sha256::new().chain_update(&self.name).chain_update([b'\n', ED25519]);
        let hash: [u8; 32] = hash.chain_update(self.key.as_bytes()).finalize().into();
        [hash[0], hash[1], hash[2], hash[3]]
    }
}

fn signature(line: &str) -> Option<(&str, Vec<u8>)> {
    let (name, bytes) = line.strip_prefix(PREFIX)?.split_once(' ')?;
    Some((name, STANDARD.decode(bytes).ok().filter(|_| is_name(name))?))
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && !text.chars().any(|one| one.is_whitespace() || one.is_control() || one == '+')
}

fn hexadecimal(bytes: [u8; 4]) -> String {
    format!("{:08x}", u32::from_be_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The example of Go's package `golang.org/x/mod/sumdb/note`, from which the specification came.
    const KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const SEED: &str = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
    const TEXT: &str = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
    const SIGNATURE: &str = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

    fn peter() -> Signer {
        let seed = STANDARD.decode(SEED).unwrap();
        Signer::new("PeterNeumann", seed[1..].try_into().unwrap()).unwrap()
    }

    #[test]
    fn the_example_is_signed_byte_by_byte_as_its_authors_sign_it() {
        assert_eq!(peter().sign(TEXT), format!("{TEXT}\n{SIGNATURE}"));
        assert_eq!(peter().verifier().to_text(), KEY);
    }

    #[test]
    fn the_example_is_opened_with_its_key_and_with_no_other() {
        let note = format!("{TEXT}\n{SIGNATURE}");
        let key = Verifier::parse(KEY).unwrap();
        assert_eq!((key.name(), key.open(&note)), ("PeterNeumann", Ok(TEXT)));
        let other = Signer::new("PeterNeumann", [1; 32]).unwrap();
        assert_eq!(other.verifier().open(&note), Err(Refusal::Unsigned));
        // Signatures of others are looked over.
        let both = format!("{note}{}", other.sign(TEXT).rsplit_once("\n\n").unwrap().1);
        assert_eq!((key.open(&both), other.verifier().open(&both)), (Ok(TEXT), Ok(TEXT)));
        let many = format!("{note}{}", SIGNATURE.repeat(SIGNATURES_LIMIT));
        assert_eq!(key.open(&many), Err(Refusal::Malformed));
    }

    #[test]
    fn a_key_that_is_not_written_as_one_is_none() {
        for text in [
            "",
            "PeterNeumann",
            "PeterNeumann+c74f20a3",
            "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            "PeterNeumann+c74f20a3+Ahpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T",
            "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        ] {
            assert_eq!(Verifier::parse(text), None, "{text}");
        }
        assert!(Signer::new("a+b", [0; 32]).is_none() && Signer::new("", [0; 32]).is_none());
    }

    proptest! {
        #[test]
        fn a_note_with_one_bit_changed_is_not_believed(at in 0_usize..2_000) {
            let note = format!("{TEXT}\n{SIGNATURE}");
            let mut bytes = note.into_bytes();
            let bit = at % (bytes.len() * 8);
            bytes[bit / 8] ^= 1 << (bit % 8);
            let key = Verifier::parse(KEY).unwrap();
            if let Ok(changed) = String::from_utf8(bytes) {
                prop_assert!(key.open(&changed).is_err(), "{}", changed);
            }
        }

        #[test]
        fn whatever_comes_is_read_without_panic(text in "(?s).*") {
            let key = Verifier::parse(KEY).unwrap();
            prop_assert!(key.open(&text).is_err());
            prop_assert!(Verifier::parse(&text).is_none());
        }
    }
}
