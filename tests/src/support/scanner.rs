//! A secret scanner that reports leaked keys, as GitHub does.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use p256::pkcs8::{EncodePublicKey, LineEnding};
use serde_json::{Value, json};

use super::request::Request;

const NAME: &str = "scanner";

fn key() -> SigningKey {
    SigningKey::from_slice(&[7; 32]).expect("a key")
}

/// The document that names the scanner.
#[must_use]
pub fn scanning_keys() -> String {
    let key = key().verifying_key().to_public_key_pem(LineEnding::LF).expect("PEM");
    json!({ "public_keys": [{ "key_identifier": NAME, "key": key, "is_current": true }] }).to_string()
}

impl Request<'_> {
    /// Sends a report that the scanner signed.
    pub fn reported(self, body: &Value) -> Self {
        let signature: Signature = key().sign(body.to_string().as_bytes());
        self.signed_as(NAME, &STANDARD.encode(signature.to_der())).json(body)
    }

    /// Names a signer and a signature.
    pub fn signed_as(self, name: &str, signature: &str) -> Self {
        self.header("github-public-key-identifier", name).header("github-public-key-signature", signature)
    }
}
