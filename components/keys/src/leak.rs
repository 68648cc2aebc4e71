//! Reports of leaked keys, as GitHub's secret scanning sends them to its partners: a list of what was found, signed with
//! ECDSA over P-256 and SHA-256 by a key that GitHub publishes. Pure: no I/O.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use p256::pkcs8::DecodePublicKey;
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// The most items of one report.
pub const REPORTS_LIMIT: usize = 500;

/// The signers, as GitHub publishes them: the answer of `GET https://api.github.com/meta/public_keys/secret_scanning`.
#[derive(Deserialize)]
pub struct Signers {
    public_keys: Vec<Signer>,
}

#[derive(Deserialize)]
struct Signer {
    key_identifier: String,
    key: String,
}

impl Signers {
    /// Reads the document. What can't be read has no signers, so nothing is believed.
    pub fn read(document: &str) -> Self {
        serde_json::from_str(document).unwrap_or(Self { public_keys: Vec::new() })
    }

    /// Whether the signer of that name signed these bytes. The signature is DER in base64.
    pub fn signed(&self, name: &str, signature: &str, bytes: &[u8]) -> bool {
        let Some(signer) = self.public_keys.iter().find(|signer| signer.key_identifier == name) else {
            return false;
        };
        let key = VerifyingKey::from_public_key_pem(&signer.key).ok();
        let signature = STANDARD.decode(signature).ok().and_then(|bytes| Signature::from_der(&bytes).ok());
        key.zip(signature).is_some_and(|(key, signature)| key.verify(bytes, &signature).is_ok())
    }
}

/// One thing that was found. What else a report says of it, such as where, isn't kept.
#[derive(Deserialize)]
pub struct Found {
    /// What looks like a key.
    pub token: String,
    /// The scanner's name for its form.
    #[serde(rename = "type")]
    pub form: String,
}

impl Found {
    /// The SHA-256 of what was found.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.token.as_bytes()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use p256::ecdsa::SigningKey;
    use p256::ecdsa::signature::Signer as _;
    use p256::pkcs8::{EncodePublicKey, LineEnding};

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_slice(&[seed; 32]).unwrap()
    }

    fn signers() -> Signers {
        let key = key(7).verifying_key().to_public_key_pem(LineEnding::LF).unwrap();
        let document = serde_json::json!({ "public_keys": [
            { "key_identifier": "one", "key": key, "is_current": true },
            { "key_identifier": "broken", "key": "nonsense", "is_current": false },
        ] });
        Signers::read(&document.to_string())
    }

    fn sign(key: &SigningKey, bytes: &[u8]) -> String {
        let signature: Signature = key.sign(bytes);
        STANDARD.encode(signature.to_der())
    }

    #[test]
    fn only_the_named_signers_signature_of_these_bytes_counts() {
        let good = sign(&key(7), b"report");
        assert!(signers().signed("one", &good, b"report"));
        assert!(!signers().signed("one", &good, b"Report"));
        assert!(!signers().signed("broken", &good, b"report"));
        assert!(!signers().signed("other", &good, b"report"));
        assert!(!signers().signed("one", &sign(&key(8), b"report"), b"report"));
        for nonsense in ["", "!", "AAAA", &good[..good.len() - 4]] {
            assert!(!signers().signed("one", nonsense, b"report"), "{nonsense:?}");
        }
    }

    /// The example of GitHub's documentation of its partner program, with the test key that is named there.
    #[test]
    fn the_documented_example_is_believed() {
        let key = "-----BEGIN PUBLIC KEY-----\n\
                   MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEsz9ugWDj5jK5ELBK42ynytbo38gP\n\
                   HzZFI03Exwz8Lh/tCfL3YxwMdLjB+bMznsanlhK0RwcGP3IDb34kQDIo3Q==\n\
                   -----END PUBLIC KEY-----";
        let name = "f9525bf080f75b3506ca1ead061add62b8633a346606dc5fe544e29231c6ee0d";
        let document = serde_json::json!({ "public_keys": [
            { "key_identifier": name, "key": key, "is_current": true },
        ] });
        let signature = "MEUCIFLZzeK++IhS+y276SRk2Pe5LfDrfvTXu6iwKKcFGCrvAiEAhHN2kDOhy2I6eGkOFmxNkOJ+L2y8oQ9A2T9GGJo6WJY=";
        let report = r#"[{"token":"some_token","type":"some_type","url":"some_url","source":"some_source"}]"#;
        let signers = Signers::read(&document.to_string());
        assert!(signers.signed(name, signature, report.as_bytes()));
        assert!(!signers.signed(name, signature, report.replace("some_url", "some_uri").as_bytes()));
        assert_eq!(serde_json::from_str::<Vec<Found>>(report).unwrap()[0].token, "some_token");
    }

    #[test]
    fn without_signers_nobody_is_believed() {
        for document in ["", "{}", "[]", "{\"public_keys\":[]}"] {
            assert!(
                !Signers::read(document).signed("one", &sign(&key(7), b"report"), b"report"),
                "{document}"
            );
        }
    }
}
