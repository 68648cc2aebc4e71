//! The key that access tokens are signed with, and the public half of it.
//!
//! The key is parsed once an instance, because checking it and preparing its remainders costs as much as a tenth of
//! a signature. Signing is blinded: the arithmetic of `rsa` does not take the same time for every number, and without
//! blinding the time of many logins could tell something about the key.

use std::cell::OnceCell;
use std::rc::Rc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use insula_kit::config;
use rand_chacha::ChaCha20Rng;
use rsa::RsaPrivateKey;
use rsa::pkcs1v15;
use rsa::pkcs8::DecodePrivateKey;
use rsa::rand_core::SeedableRng;
use rsa::signature::{RandomizedSigner, SignatureEncoding};
use rsa::traits::PublicKeyParts;
use sha2::{Digest, Sha256};

use crate::error::Error;

const VARIABLE: &str = "signing_key";
/// 2048 bits.
const MIN_LENGTH_BYTES: usize = 256;

thread_local! {
    /// The instance's key: the same for every request.
    static KEY: OnceCell<Rc<SigningKey>> = const { OnceCell::new() };
}

/// A key that signs. It has no `Debug`.
pub struct SigningKey {
    key: pkcs1v15::SigningKey<rsa::sha2::Sha256>,
    public: PublicKey,
}

/// The public half, as a JSON Web Key names its parts (RFC 7518, 6.3.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// The thumbprint of the key (RFC 7638), by which a token names it.
    pub id: String,
    /// The modulus, big-endian, in unpadded base64url.
    pub n: String,
    /// The exponent, likewise.
    pub e: String,
}

impl SigningKey {
    /// The key that the manifest gives this component.
    pub async fn load() -> Result<Rc<Self>, Error> {
        if let Some(key) = KEY.with(|cell| cell.get().cloned()) {
            return Ok(key);
        }
        let pem = config::variable(VARIABLE).await.ok_or(Error::NoSetting(VARIABLE))?;
        let key = Rc::new(Self::parse(&pem)?);
        Ok(KEY.with(|cell| Rc::clone(cell.get_or_init(|| key))))
    }

    /// Reads a key in PKCS#8 PEM.
    pub fn parse(pem: &str) -> Result<Self, Error> {
        Self::new(RsaPrivateKey::from_pkcs8_pem(pem.trim()).map_err(|_| Error::UnusableKey)?)
    }

    pub(crate) fn new(key: RsaPrivateKey) -> Result<Self, Error> {
        if key.size() < MIN_LENGTH_BYTES {
            return Err(Error::UnusableKey);
        }
        let public = PublicKey::new(&key.n().to_bytes_be(), &key.e().to_bytes_be());
        Ok(Self { key: pkcs1v15::SigningKey::new(key), public })
    }

    /// The public half.
    pub const fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Signs by RS256: RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518, 3.3). `seed` is what nobody can guess.
    pub fn sign(&self, message: &str, seed: [u8; 32]) -> Result<Vec<u8>, Error> {
        let mut blinding = ChaCha20Rng::from_seed(seed);
        let signature = self.key.try_sign_with_rng(&mut blinding, message.as_bytes());
        Ok(signature.map_err(|_| Error::Signing)?.to_vec())
    }
}

impl PublicKey {
    fn new(modulus: &[u8], exponent: &[u8]) -> Self {
        let (n, e) = (URL_SAFE_NO_PAD.encode(modulus), URL_SAFE_NO_PAD.encode(exponent));
        // RFC 7638: the required members, sorted, without white space.
        let members = format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#);
        Self { id: URL_SAFE_NO_PAD.encode(Sha256::digest(members)), n, e }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signing_key_example as example;
    use rsa::pkcs8::{EncodePrivateKey, LineEnding};

    #[test]
    fn the_thumbprint_is_that_of_the_specification() {
        // RFC 7638, 3.1.
        let n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCi\
                 FV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgn\
                 Yb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqb\
                 w0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
        let key = PublicKey::new(&URL_SAFE_NO_PAD.decode(n).unwrap(), &[1, 0, 1]);
        assert_eq!((key.n.as_str(), key.e.as_str()), (n, "AQAB"));
        assert_eq!(key.id, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }

    #[test]
    fn the_example_of_the_specification_is_signed_as_there() {
        let key = SigningKey::new(example::key()).ok().unwrap();
        let signature = key.sign(example::MESSAGE, [7; 32]).unwrap();
        assert_eq!(URL_SAFE_NO_PAD.encode(signature), example::SIGNATURE);
    }

    #[test]
    fn a_key_is_read_from_pkcs_8_pem() {
        let pem = example::key().to_pkcs8_pem(LineEnding::LF).unwrap();
        let key = SigningKey::parse(&format!("{}\n\n", pem.as_str())).ok().unwrap();
        assert_eq!(key.public(), SigningKey::new(example::key()).ok().unwrap().public());
    }

    #[test]
    fn what_is_no_strong_rsa_key_is_refused() {
        let weak = RsaPrivateKey::new(&mut ChaCha20Rng::from_seed([7; 32]), 512).unwrap();
        let weak = weak.to_pkcs8_pem(LineEnding::LF).unwrap();
        for pem in ["", "nonsense", weak.as_str()] {
            assert!(matches!(SigningKey::parse(pem), Err(Error::UnusableKey)), "{}", pem.len());
        }
    }
}
